using System.Globalization;
using System.Management.Automation.Host;

namespace PatchTools.Host;

/// <summary>The screen as views need it: its width. Nothing here draws.</summary>
internal sealed class TerminalScreen : PSHostRawUserInterface
{
    /// <summary>Width of what is not a terminal: log files and pipes read well at it.</summary>
    private const int DefaultWidth = 100;
    private const int NarrowestWidth = 40;
    private readonly Lazy<Size> _size = new(() => new Size(MeasureWidth(), 50));

    public override Size BufferSize
    {
        get => _size.Value;
        set => throw Fixed();
    }

    public override Size WindowSize
    {
        get => _size.Value;
        set => throw Fixed();
    }

    public override Size MaxWindowSize => _size.Value;

    public override Size MaxPhysicalWindowSize => _size.Value;

    public override Coordinates CursorPosition { get; set; }

    public override Coordinates WindowPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override string WindowTitle { get; set; } = "";

    public override bool KeyAvailable => false;

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw Fixed();

    public override void FlushInputBuffer() { }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Fixed();

    public override void ScrollBufferContents(
        Rectangle source,
        Coordinates destination,
        Rectangle clip,
        BufferCell fill
    ) => throw Fixed();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Fixed();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Fixed();

    private static int MeasureWidth()
    {
        var width = Console.IsOutputRedirected ? 0 : Console.WindowWidth;
        if (width <= 0)
            _ = int.TryParse(
                Environment.GetEnvironmentVariable("COLUMNS"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out width
            );
        return Math.Max(width > 0 ? width : DefaultWidth, NarrowestWidth);
    }

    private static NotSupportedException Fixed() => new("This host only writes lines.");
}
