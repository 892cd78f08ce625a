using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using PatchTools.Ports;
using PatchTools.Presentation;
using PatchTools.Text;

namespace PatchTools.Commands;

/// <summary>
/// Runs the engine on the thread pool while the pipeline thread, the only one that may write to the streams, waits here
/// and writes what the engine tells.
/// </summary>
internal sealed class EventPump(Cmdlet cmdlet, TimeProvider? clock = null) : IRunObserver
{
    /// <summary>Constant, so that one bar moves through all phases; the digits spell PT in ASCII.</summary>
    internal const int ActivityId = 8084;

    internal const string Activity = "PatchTools";

    private readonly Queue<Action> _events = new();
    private readonly ProgressPace _pace = new(clock ?? TimeProvider.System);
    private bool _completed;
    private bool _progressShown;

    public void Progress(string phase, string status, int percent) =>
        Post(() =>
        {
            _progressShown = true;
            var (shown, seconds) = _pace.Next(phase, percent);
            cmdlet.WriteProgress(
                new ProgressRecord(ActivityId, Activity, TerminalText.Cell(status))
                {
                    CurrentOperation = TerminalText.Cell(phase),
                    PercentComplete = shown,
                    SecondsRemaining = seconds,
                }
            );
        });

    public void Verbose(string message) => Post(() => cmdlet.WriteVerbose(TerminalText.Lines(message)));

    public void Warning(string message) => Post(() => cmdlet.WriteWarning(TerminalText.Lines(message)));

    public void Debug(string message) => Post(() => cmdlet.WriteDebug(TerminalText.Lines(message)));

    /// <summary>
    /// Writes an object to the pipeline and returns when it is written: who brings more than the pipeline takes waits
    /// here.
    /// </summary>
    public async Task WriteAsync(object item, CancellationToken cancellationToken)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            cmdlet.WriteObject(item);
            written.SetResult();
        });
        await written.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Returns what the work returns; its exceptions come out as they were thrown.</summary>
    /// <param name="work">Started on the thread pool.</param>
    /// <param name="stopping">Cancelled when a stream refuses an event (stopped pipeline, <c>-WarningAction Stop</c>);
    /// the work is awaited all the same.</param>
    public T Run<T>(Func<CancellationToken, Task<T>> work, CancellationTokenSource stopping)
    {
        var engine = Task.Run(() => work(stopping.Token));
        engine.ContinueWith(
            _ => Complete(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
        try
        {
            while (TryTake(out var write))
                write();
        }
        catch
        {
            stopping.Cancel();
            Task.WaitAny(engine);
            throw;
        }
        finally
        {
            RemoveProgress();
        }

        return engine.GetAwaiter().GetResult();
    }

    private void RemoveProgress()
    {
        if (!_progressShown)
            return;
        try
        {
            cmdlet.WriteProgress(
                new ProgressRecord(ActivityId, Activity, "Done") { RecordType = ProgressRecordType.Completed }
            );
        }
        catch (PipelineStoppedException)
        {
            // A stopped pipeline takes its bars away itself, and the reason for stopping is what must come out.
        }
    }

    /// <summary>
    /// Late words of a thread that outlived the work are dropped: there is nobody left to write them.
    /// </summary>
    private void Post(Action write)
    {
        lock (_events)
        {
            if (_completed)
                return;
            _events.Enqueue(write);
            Monitor.Pulse(_events);
        }
    }

    private void Complete()
    {
        lock (_events)
        {
            _completed = true;
            Monitor.Pulse(_events);
        }
    }

    private bool TryTake([NotNullWhen(true)] out Action? write)
    {
        lock (_events)
        {
            while (_events.Count == 0 && !_completed)
                Monitor.Wait(_events);
            return _events.TryDequeue(out write);
        }
    }
}
