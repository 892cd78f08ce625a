using System.Globalization;
using System.Text;
using PatchTools.Presentation;
using PatchTools.Text;

namespace PatchTools.Native;

/// <summary>
/// Where the program writes: what was asked for on standard output; warnings, errors, verbose lines and progress on
/// standard error. Words of packages and tools reach a terminal escaped.
/// </summary>
internal sealed class Terminal : IDisposable
{
    /// <summary>Width of what is not a terminal: log files and pipes read well at it.</summary>
    private const int DefaultColumns = 100;

    private const int FewestColumns = 40;
    private const string EraseLine = "\r\u001b[K";
    private const string Red = "31";
    private const string Yellow = "33";

    private readonly Lock _lock = new();
    private readonly StreamWriter _output = new(Console.OpenStandardOutput(), new UTF8Encoding(false));
    private readonly StreamWriter _error = new(Console.OpenStandardError(), new UTF8Encoding(false))
    {
        AutoFlush = true,
    };
    private readonly bool _coloursError;
    private readonly bool _showsProgress;
    private bool _progressOnLine;

    public Terminal()
    {
        var canColour = Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        var wantsColour = canColour && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        _coloursError = wantsColour && !Console.IsErrorRedirected;
        _showsProgress = canColour && !Console.IsErrorRedirected;
        Colours = wantsColour && !Console.IsOutputRedirected ? ViewColours.Ansi : ViewColours.None;
    }

    /// <summary>What a view on standard output may use.</summary>
    public ViewColours Colours { get; }

    /// <summary>Width of standard output.</summary>
    public int Columns { get; } = Measured();

    /// <summary>Lines of a view.</summary>
    public void Write(IEnumerable<string> lines)
    {
        lock (_lock)
        {
            EraseProgress();
            foreach (var line in lines)
                _output.WriteLine(TerminalText.Coloured(line));
            _output.Flush();
        }
    }

    /// <summary>
    /// A JSON document: as it is for whoever reads it, and on a terminal with escapes that mean the same to JSON.
    /// </summary>
    public void WriteDocument(ReadOnlySpan<byte> document)
    {
        lock (_lock)
        {
            EraseProgress();
            if (!Console.IsOutputRedirected)
            {
                _output.WriteLine(TerminalText.Lines(Encoding.UTF8.GetString(document)));
                _output.Flush();
                return;
            }

            _output.BaseStream.Write(document);
            _output.BaseStream.Write("\n"u8);
            _output.BaseStream.Flush();
        }
    }

    public void Error(string text) => Tell(text, Red);

    public void Warning(string text) => Tell($"WARNING: {text}", Yellow);

    public void Verbose(string text) => Tell($"VERBOSE: {text}", Yellow);

    public void Debug(string text) => Tell($"DEBUG: {text}", Yellow);

    /// <summary>One line that is written over and over, and only where a person can watch it.</summary>
    public void Progress(string status, int percent, int secondsRemaining)
    {
        if (!_showsProgress)
            return;
        var share = percent >= 0 ? string.Create(CultureInfo.InvariantCulture, $" {percent, 3} %") : "";
        var left =
            secondsRemaining >= 0
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $", {TimeSpan.FromSeconds(secondsRemaining):h\\:mm\\:ss} left"
                )
                : "";
        var line = TerminalText.Cell($"PatchTools{share}{left}  {status}");
        var width = Columns - 1;
        lock (_lock)
        {
            EraseProgress();
            _error.Write(line.Length > width ? line[..width] : line);
            _progressOnLine = true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            EraseProgress();
            _output.Dispose();
            _error.Dispose();
        }
    }

    private static int Measured()
    {
        if (!Console.IsOutputRedirected && Console.WindowWidth is > 0 and var width)
            return Math.Max(width, FewestColumns);
        return int.TryParse(
            Environment.GetEnvironmentVariable("COLUMNS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var told
        )
            ? Math.Max(told, FewestColumns)
            : DefaultColumns;
    }

    private void Tell(string message, string colour)
    {
        var line = TerminalText.Lines(message);
        lock (_lock)
        {
            EraseProgress();
            _error.WriteLine(_coloursError ? $"\u001b[{colour}m{line}\u001b[0m" : line);
        }
    }

    private void EraseProgress()
    {
        if (!_progressOnLine)
            return;
        _error.Write(EraseLine);
        _progressOnLine = false;
    }
}
