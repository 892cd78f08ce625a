namespace PatchTools.Ports;

/// <summary>
/// What the engine tells its caller while it works. Implementations must not throw; calls may come from any thread.
/// </summary>
public interface IRunObserver
{
    /// <summary>A phase began or moved on.</summary>
    /// <param name="phase"><c>Snapshot</c>, <c>Refresh</c>, <c>Inventory</c>, <c>Evaluate</c>, <c>Publish</c>.</param>
    /// <param name="status">What is being done, for people.</param>
    /// <param name="percent">Of the whole run, 0–100; -1 when unknown.</param>
    void Progress(string phase, string status, int percent);

    /// <summary>One line for each external command and each decision.</summary>
    void Verbose(string message);

    void Warning(string message);

    void Debug(string message);
}

/// <summary>For callers that do not listen.</summary>
public sealed class SilentObserver : IRunObserver
{
    public static SilentObserver Instance { get; } = new();

    public void Progress(string phase, string status, int percent) { }

    public void Verbose(string message) { }

    public void Warning(string message) { }

    public void Debug(string message) { }
}
