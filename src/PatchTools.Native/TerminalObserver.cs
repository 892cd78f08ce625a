using PatchTools.Ports;
using PatchTools.Presentation;

namespace PatchTools.Native;

/// <summary>The engine's events on standard error.</summary>
internal sealed class TerminalObserver(Terminal terminal, bool verbose, bool debug) : IRunObserver
{
    private readonly ProgressPace _pace = new(TimeProvider.System);
    private readonly Lock _lock = new();

    public void Progress(string phase, string status, int percent)
    {
        int shown;
        int seconds;
        lock (_lock)
            (shown, seconds) = _pace.Next(phase, percent);
        terminal.Progress(status, shown, seconds);
    }

    public void Verbose(string message)
    {
        if (verbose)
            terminal.Verbose(message);
    }

    public void Warning(string message) => terminal.Warning(ProgramWords.Of(message));

    public void Debug(string message)
    {
        if (debug)
            terminal.Debug(message);
    }
}
