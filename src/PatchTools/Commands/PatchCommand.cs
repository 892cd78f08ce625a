using System.Management.Automation;
using PatchTools.Errors;
using PatchTools.Fleet;
using PatchTools.Hosts;
using PatchTools.Operations;
using PatchTools.Snapshots;
using PatchTools.Text;

namespace PatchTools.Commands;

/// <summary>
/// What all cmdlets share: the token that Ctrl+C cancels, the pump between engine and streams, the way from failure to
/// error record, and paths.
/// </summary>
public abstract class PatchCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _stopping.Dispose();

    /// <summary>
    /// The work for one input object, or for the one call without input. Failures of the engine may simply be thrown.
    /// </summary>
    protected abstract void Process();

    /// <summary>
    /// The work for all input objects together, after the last; for cmdlets whose work is not per object.
    /// </summary>
    protected virtual void Complete() { }

    protected sealed override void ProcessRecord() => Guarded(Process);

    protected sealed override void EndProcessing() => Guarded(Complete);

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (PatchToolsException failure)
        {
            ThrowTerminatingError(ErrorRecords.For(failure));
        }
        catch (AggregateException failures) when (ErrorRecords.CauseOf(failures) is PatchToolsException failure)
        {
            ThrowTerminatingError(ErrorRecords.For(failure));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    protected sealed override void StopProcessing()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stop came after the last word; there is nothing left to cancel.
        }
    }

    /// <summary>Asks as PowerShell does; what is shown of names and paths is safe for a terminal.</summary>
    protected new bool ShouldProcess(string target, string action) =>
        base.ShouldProcess(TerminalText.Lines(target), TerminalText.Lines(action));

    /// <inheritdoc cref="ShouldProcess(string, string)" path="/summary"/>
    protected new void WriteWarning(string text) => base.WriteWarning(TerminalText.Lines(text));

    protected HostContext HostOf(string? stateDirectory = null, string? root = null) =>
        Composition.HostOf(this, DirectoryPath(stateDirectory), DirectoryPath(root));

    /// <summary>Runs one step of the engine to its end, while its events go to the streams.</summary>
    protected T Await<T>(HostContext host, Func<PatchRun, CancellationToken, Task<T>> step)
    {
        var pump = new EventPump(this, host.Clock);
        var run = Composition.RunOf(this, host, pump);
        return pump.Run(token => step(run, token), _stopping);
    }

    /// <summary>
    /// Runs one step on a fleet, while its events go to the streams and what it hands on goes to the pipeline, one
    /// object at a time.
    /// </summary>
    protected TResult AwaitFleet<TResult>(
        HostContext host,
        Func<PatchFleet, Func<object, Task>, CancellationToken, Task<TResult>> step
    )
    {
        var pump = new EventPump(this, host.Clock);
        var fleet = Composition.FleetOf(this, host, pump);
        return pump.Run(token => step(fleet, item => pump.WriteAsync(item, token), token), _stopping);
    }

    /// <summary>Writes a report or its findings.</summary>
    protected void Write(ComplianceReport report, ReportDetail detail)
    {
        if (detail == ReportDetail.Detail)
            WriteObject(report.Findings, enumerateCollection: true);
        else
            WriteObject(report);
    }

    /// <summary>Writes a file that the cmdlet has made, as <c>Get-Item</c> would.</summary>
    protected void WriteFile(string path) =>
        WriteObject(InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true);

    /// <summary>
    /// Absolute path of a file in the session's sense (current location, <c>~</c>, drives); <c>-</c>, null and empty
    /// stay, empty as null.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidLocation"/>: no place in a file
    /// system.</exception>
    protected string? FilePath(string? path)
    {
        if (string.IsNullOrEmpty(path) || path == "-")
            return Given(path);
        if (path.Contains('\0', StringComparison.Ordinal))
            throw NotAFile(path, $"\"{path}\" holds a NUL character, and no path does.", cause: null);
        if (Path.IsPathRooted(path))
            return Path.GetFullPath(path);
        try
        {
            var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            if (
                string.Equals(provider.Name, "FileSystem", StringComparison.OrdinalIgnoreCase)
                && Path.IsPathRooted(resolved)
            )
                return resolved;
        }
        catch (Exception e)
            when (e
                    is ItemNotFoundException
                        or System.Management.Automation.DriveNotFoundException
                        or ProviderNotFoundException
                        or NotSupportedException
            )
        {
            throw NotAFile(path, $"\"{LocationReader.Describe(path)}\" is not a path of this host: {e.Message}", e);
        }

        throw NotAFile(path, $"\"{path}\" is not in a file system.", cause: null);
    }

    /// <summary>As <see cref="FilePath"/>, of a directory: nothing streams into one.</summary>
    /// <inheritdoc cref="FilePath"/>
    private string? DirectoryPath(string? path) => FilePath(path == "-" ? "./-" : path);

    /// <summary>What only reads files must not advise locations of the network.</summary>
    private static PatchToolsException NotAFile(string path, string message, Exception? cause) =>
        LocationReader.IsOfNetwork(path)
            ? LocationReader.OfNetwork(path)
            : new(PatchErrors.InvalidLocation, message, path, cause)
            {
                RecommendedAction = "Give a path in the file system of this host.",
            };

    /// <summary>As <see cref="FilePath"/>; locations of the network stay as they are.</summary>
    protected string? Location(string? location) =>
        location is not null
        && (
            location.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || location.StartsWith("s3://", StringComparison.OrdinalIgnoreCase)
        )
            ? location
            : FilePath(location);

    /// <summary>SSM documents pass '' for a parameter that was left out.</summary>
    protected static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
