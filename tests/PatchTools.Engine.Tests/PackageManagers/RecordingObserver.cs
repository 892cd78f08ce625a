namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>Keeps what the engine told its caller.</summary>
internal sealed class RecordingObserver : IRunObserver
{
    private readonly object _gate = new();

    public List<string> VerboseLines { get; } = [];

    public List<string> Warnings { get; } = [];

    public List<(string Phase, string Status, int Percent)> ProgressReports { get; } = [];

    public void Progress(string phase, string status, int percent)
    {
        lock (_gate)
            ProgressReports.Add((phase, status, percent));
    }

    public void Verbose(string message)
    {
        lock (_gate)
            VerboseLines.Add(message);
    }

    public void Warning(string message)
    {
        lock (_gate)
            Warnings.Add(message);
    }

    public void Debug(string message)
    {
    }
}
