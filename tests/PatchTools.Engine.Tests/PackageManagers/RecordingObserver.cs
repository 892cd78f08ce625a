using System.Collections.Concurrent;
using PatchTools.Ports;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>Remembers what the engine told.</summary>
internal sealed class RecordingObserver : IRunObserver
{
    private readonly ConcurrentQueue<(string Phase, string Status, int Percent)> _progress = new();
    private readonly ConcurrentQueue<string> _verbose = new();
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly TaskCompletionSource _warned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<string>? _whenProgress;

    public IReadOnlyList<(string Phase, string Status, int Percent)> ProgressReports => [.. _progress];

    public IReadOnlyList<string> ProgressLines => [.. _progress.Select(p => $"{p.Phase}: {p.Status}")];

    public IReadOnlyList<string> VerboseLines => [.. _verbose];

    public IReadOnlyList<string> Warnings => [.. _warnings];

    /// <summary>Does something when progress is told.</summary>
    public void WhenProgress(Action<string> action) => _whenProgress = action;

    public void Progress(string phase, string status, int percent)
    {
        _progress.Enqueue((phase, status, percent));
        _whenProgress?.Invoke(status);
    }

    public void Verbose(string message) => _verbose.Enqueue(message);

    /// <summary>Ends with the first warning.</summary>
    public Task Warned => _warned.Task;

    public void Warning(string message)
    {
        _warnings.Enqueue(message);
        _warned.TrySetResult();
    }

    public void Debug(string message) { }
}
