using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Json;
using PatchTools.Model;
using PatchTools.Ports;

namespace PatchTools.Hosts;

/// <summary>
/// One run of PatchTools at a time. The lock is the kernel's (flock), so a dead holder's is free at once; the file only
/// says who holds it and is never deleted, because deleting it would let two runs hold two locks of one name.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly SafeFileHandle _file;

    private RunLock(SafeFileHandle file) => _file = file;

    /// <summary>
    /// In a directory of its own that only its owner enters: whoever can open the file could hold its lock, and so stop
    /// every run.
    /// </summary>
    public static string PathOf(HostPaths paths) => Path.Combine(paths.DataDirectory, "lock", "run.lock");

    /// <summary>Takes the lock, or waits for it and names its holder meanwhile.</summary>
    /// <param name="host">Its data directory holds the lock.</param>
    /// <param name="command">What to tell others who wait; no secrets.</param>
    /// <param name="timeout">How long to wait; zero for not at all.</param>
    /// <param name="observer">Is told who is waited for.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RunInProgress"/> after the timeout;
    /// <see cref="PatchErrors.StateUnwritable"/>.</exception>
    public static async Task<RunLock> AcquireAsync(
        HostContext host,
        string command,
        TimeSpan timeout,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        var path = PathOf(host.Paths);
        AtomicFile.CreateDirectory(host.Paths.DataDirectory);
        AtomicFile.CreateDirectory(Path.GetDirectoryName(path)!, AtomicFile.PrivateDirectory);
        var file = Open(path);
        try
        {
            var since = host.Clock.GetTimestamp();
            var told = false;
            while (!TryLock(file, path))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var holder = Holder.Read(file);
                var description = holder?.Describe(host.Clock.GetUtcNow()) ?? "a run that has just begun";
                var left = timeout - host.Clock.GetElapsedTime(since);
                if (left <= TimeSpan.Zero)
                    throw new PatchToolsException(
                        PatchErrors.RunInProgress,
                        $"Another run of PatchTools is busy: {description}.",
                        path
                    );
                if (!told)
                    observer.Verbose($"Waiting up to {timeout.TotalSeconds:0} s for {description}");
                told = true;
                observer.Progress("Lock", $"Waiting for {description}", -1);
                await Task.Delay(left < Pause ? left : Pause, host.Clock, cancellationToken);
            }

            if (Holder.Read(file) is { } dead)
                observer.Verbose(
                    $"The lock was left by {dead.Describe(host.Clock.GetUtcNow())}, which has ended without "
                        + $"giving it up; taken over."
                );
            Name(new Holder(Environment.ProcessId, host.Clock.GetUtcNow(), command), file, path);
            return new RunLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_file.IsClosed)
            return;
        try
        {
            RandomAccess.SetLength(_file, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The lock goes with the file; the next run says who left it.
        }

        _file.Dispose();
    }

    private static void Name(Holder holder, SafeFileHandle file, string path)
    {
        try
        {
            holder.Write(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Unwritable(path, e);
        }
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            using var directory = SafeDirectory.Open(Path.GetDirectoryName(path)!);
            return directory.OpenOrCreate(Path.GetFileName(path), AtomicFile.PrivateFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.StateUnwritable,
                $"The lock {path} could not be opened: {e.Message}",
                path,
                e
            );
        }
    }

    private static bool TryLock(SafeFileHandle file, string path)
    {
        try
        {
            return NativeFile.TryLock(file);
        }
        catch (IOException e)
        {
            throw new PatchToolsException(
                PatchErrors.StateUnwritable,
                $"The lock {path} could not be taken: {e.Message}",
                path,
                e
            );
        }
    }

    /// <summary>Who holds the lock, as the file says.</summary>
    private sealed record Holder(int ProcessId, DateTimeOffset Started, string Command)
    {
        private const int MaxBytes = 64 * 1024;

        public string Describe(DateTimeOffset now) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"process {ProcessId} ({Command}), running for {Math.Max(0, (now - Started).TotalSeconds):0} s"
            );

        public void Write(SafeFileHandle file)
        {
            var json = new PythonJsonWriter();
            json.BeginObject()
                .Name("pid")
                .Integer(ProcessId)
                .Member("started", ReportTime.Of(Started))
                .Member("command", Command)
                .EndObject();
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, json.Written, 0);
        }

        /// <summary>
        /// Null when nobody is named: the holder has just begun to write, or gave the lock up in order.
        /// </summary>
        public static Holder? Read(SafeFileHandle file)
        {
            var content = new byte[Math.Clamp(RandomAccess.GetLength(file), 0, MaxBytes)];
            content = content[..RandomAccess.Read(file, content, 0)];
            if (content.Length == 0)
                return null;
            try
            {
                using var document = StrictJson.Parse(content);
                var members = StrictJson.Object(document.RootElement, "the lock");
                return
                    members.TryGetValue("pid", out var pid)
                    && pid.ValueKind == JsonValueKind.Number
                    && pid.TryGetInt32(out var id)
                    && members.TryGetValue("started", out var started)
                    && ReportTime.TryParse(StrictJson.Text(started, "started"), out var instant)
                    && members.TryGetValue("command", out var command)
                    ? new Holder(id, instant, StrictJson.Text(command, "command"))
                    : null;
            }
            catch (InvalidDataException)
            {
                // Written in part at this very moment; the lock itself does not depend on it.
                return null;
            }
        }
    }
}
