using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Processes;

/// <summary>
/// The only class of PatchTools that starts a process. Programs are found by <see cref="ProgramLocator"/> and their
/// environment by <see cref="ChildEnvironment"/>. Arguments travel as a list and never meet a shell; standard input is
/// at its end, so that nothing can prompt.
/// </summary>
/// <remarks>
/// Ctrl+C reaches every process of the terminal's foreground group, whatever a cancellation token says, and a pipe dies
/// with its reader. A transaction therefore runs in a session of its own and writes to a file: neither a signal to
/// PatchTools nor its death ends half of an installation.
/// </remarks>
internal sealed class ProcessRunner(HostContext host, IRunObserver observer) : IProcessRunner
{
    private const int TailLength = 400;

    /// <summary>How long an interrupted query may take to end before it is killed.</summary>
    private static readonly TimeSpan s_interruptGrace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the pipes may stay open after the end of a query: a daemon that it started may have inherited them.
    /// </summary>
    private static readonly TimeSpan s_drainGrace = TimeSpan.FromSeconds(2);

    /// <summary>Bytes at the beginning and at the end of a transaction's output that are read.</summary>
    private const int LogPartBytes = ChildOutput.MaxInMemory / 2;

    private readonly ProgramLocator _programs = new(host, observer);

    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        observer.Verbose($"Running {command}");
        var program = Find(command);
        var result = command.Interruptible
            ? await QueryAsync(program, command, cancellationToken)
            : await TransactAsync(program, command);
        observer.Debug(
            $"{command} ended with {result.ExitCode} after {result.Duration.TotalSeconds:0.0} "
                + $"s\n{result.StandardOutput}{result.StandardError}"
        );
        return result.EndedForLock || command.ExpectedExitCodes.Contains(result.ExitCode)
            ? result
            : throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"{command} ended with {result.ExitCode}: "
                    + $"{Tail(command.Interruptible ? result.StandardError : result.StandardOutput)}",
                result
            );
    }

    private async Task<CommandResult> QueryAsync(string program, Command command, CancellationToken cancellationToken)
    {
        var start = StartInfo(program, command);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        var clock = Stopwatch.StartNew();
        using var process = Start(command, start);
        process.StandardInput.Close();

        // Both pipes to their end, at once: a child that fills one while the other is read would hang for ever.
        var output = new Drain(process.StandardOutput);
        var error = new Drain(process.StandardError);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(command.Timeout);
        var stopped = false;
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = WatchAsync(command, process.Id, ended.Task);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            stopped = true;
            await StopAsync(process);
        }
        finally
        {
            ended.SetResult();
        }

        await DrainAsync(command, output, error, limit.Token);
        var (text, spilled) = output.Take();
        var result = new CommandResult(process.ExitCode, text, error.Take().Text, clock.Elapsed)
        {
            Spilled = spilled,
            EndedForLock = await watch,
        };
        if ((output.Failure ?? error.Failure) is { } failure)
            throw NotWritten(command, result, failure);
        if (!stopped && spilled is not null && !command.AnswersAtLength)
            throw TooLong(command, result, spilled.Length);
        if (!stopped)
            return result;
        cancellationToken.ThrowIfCancellationRequested();
        throw TimedOut(command, result);
    }

    private static CommandFailedException NotWritten(Command command, CommandResult result, Exception failure) =>
        new(
            PatchErrors.PackageManagerFailed,
            command,
            $"The output of {command} is too long for memory and could not be written to "
                + $"{Path.GetTempPath()}: {failure.Message}",
            result,
            failure
        );

    private static CommandFailedException TooLong(Command command, CommandResult result, long characters) =>
        new(
            PatchErrors.PackageManagerFailed,
            command,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{command} wrote {characters / (1024 * 1024)} Mi characters, which is not an answer to "
                    + $"what was asked; it ends with: {Tail(result.StandardOutput)}"
            ),
            result
        );

    private static CommandFailedException TimedOut(Command command, CommandResult result) =>
        new(
            PatchErrors.CommandTimedOut,
            command,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{command} did not end within {command.Timeout.TotalMinutes:0.#} minutes and was stopped."
            ),
            result
        );

    private async Task<CommandResult> TransactAsync(string program, Command command)
    {
        var log =
            command.LogPath
            ?? throw new ArgumentException("A command that must not be interrupted needs a log file.", nameof(command));
        var clock = Stopwatch.StartNew();
        long begin;
        int process;
        try
        {
            await File.AppendAllTextAsync(log, $"# {command}\n", CancellationToken.None);
            begin = new FileInfo(log).Length;
            process = NativeProcess.StartDetached(
                program,
                command.Arguments,
                EnvironmentOf(command).Select(v => $"{v.Key}={v.Value}"),
                log,
                command.StatusPath
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotStarted(command, e);
        }

        // No token and no limit ends it: half a transaction is worse than a long one.
        var ended = NativeProcess.WaitAsync(process);
        var watch = WatchAsync(command, process, ended);
        if (await Task.WhenAny(ended, Task.Delay(command.Timeout, CancellationToken.None)) != ended)
            observer.Warning(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{command.FileName} (process {process}) has been running for "
                        + $"{command.Timeout.TotalMinutes:0} minutes. It is waited for; its output is in {log}."
                )
            );
        return new CommandResult(await ended, await ReadFromAsync(log, begin), "", clock.Elapsed)
        {
            EndedForLock = await watch,
        };
    }

    private static Task<bool> WatchAsync(Command command, int process, Task ended) =>
        command.EndsForLock ? LockWatch.FollowAsync(process, ended) : Task.FromResult(false);

    /// <summary>
    /// Waits for the end of both pipes: what the command started may still write when it has ended itself. A daemon
    /// keeps them open for ever, so silence ends the waiting, and the answer is then said to be perhaps not the whole.
    /// </summary>
    private async Task DrainAsync(Command command, Drain output, Drain error, CancellationToken limit)
    {
        var ended = Task.WhenAll(output.Completion, error.Completion);
        long before;
        do
        {
            before = output.Length + error.Length;
            if (await Task.WhenAny(ended, Task.Delay(s_drainGrace, CancellationToken.None)) == ended)
            {
                await ended;
                return;
            }
        } while (output.Length + error.Length > before && !limit.IsCancellationRequested);

        observer.Warning(
            $"{command} has ended, but a process that it started still has its output open. What that one "
                + $"writes from now on is not read."
        );
    }

    private static async Task<string> ReadFromAsync(string path, long offset)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = offset;
        var left = file.Length - offset;
        if (left <= 2 * LogPartBytes)
        {
            using var reader = new StreamReader(file, Encoding.UTF8);
            return await reader.ReadToEndAsync();
        }

        var part = new byte[LogPartBytes];
        await file.ReadExactlyAsync(part);
        var text = new StringBuilder(Encoding.UTF8.GetString(part));
        text.Append(CultureInfo.InvariantCulture, $"\n[{left - (2 * LogPartBytes)} bytes more are in {path}]\n");
        file.Position = offset + left - LogPartBytes;
        await file.ReadExactlyAsync(part);
        return text.Append(Encoding.UTF8.GetString(part)).ToString();
    }

    private string Find(Command command)
    {
        try
        {
            return _programs.Find(command.FileName);
        }
        catch (IOException e)
        {
            throw NotStarted(command, e);
        }
    }

    private Dictionary<string, string> EnvironmentOf(Command command) =>
        ChildEnvironment.Of(host, _programs.SearchPath, command.Environment);

    private ProcessStartInfo StartInfo(string program, Command command)
    {
        var start = new ProcessStartInfo(program);
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in EnvironmentOf(command))
            start.Environment[name] = value;
        return start;
    }

    private static Process Start(Command command, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw NotStarted(command, e);
        }
    }

    private static CommandFailedException NotStarted(Command command, Exception cause) =>
        new(
            PatchErrors.PackageManagerFailed,
            command,
            $"{command.FileName} cannot be started: {cause.Message}",
            null,
            cause
        );

    private static async Task StopAsync(Process process)
    {
        NativeProcess.Signal(process.Id, NativeProcess.Interrupt);
        using var grace = new CancellationTokenSource(s_interruptGrace);
        try
        {
            await process.WaitForExitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static string Tail(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
            return "it said nothing";
        return trimmed.Length <= TailLength ? trimmed : "…" + trimmed[^TailLength..];
    }

    /// <summary>Reads one pipe to its end, keeping what has come so far within reach.</summary>
    private sealed class Drain
    {
        private readonly ChildOutput _text = new();

        public Drain(StreamReader reader) => Completion = ReadAsync(reader);

        public Task Completion { get; }

        /// <summary>Why what came could not be kept; null when it could.</summary>
        public IOException? Failure { get; private set; }

        public long Length
        {
            get
            {
                lock (_text)
                    return _text.Length;
            }
        }

        /// <summary>What has come, and where it lies when it is too long for memory.</summary>
        public (string Text, ChildOutput? Spilled) Take()
        {
            lock (_text)
                return (_text.ToString(), _text.IsSpilled ? _text : null);
        }

        private async Task ReadAsync(StreamReader reader)
        {
            var buffer = new char[8192];
            while (await NextAsync(reader, buffer) is > 0 and var count)
            {
                try
                {
                    lock (_text)
                    {
                        if (Failure is null)
                            _text.Append(buffer.AsSpan(0, count));
                    }
                }
                catch (IOException e)
                {
                    // The pipe is emptied all the same: a child that cannot write would never end.
                    Failure = e;
                }
            }
        }

        private static async Task<int> NextAsync(StreamReader reader, char[] buffer)
        {
            try
            {
                return await reader.ReadAsync(buffer);
            }
            catch (Exception e) when (e is ObjectDisposedException or IOException or InvalidOperationException)
            {
                // The run did not wait for a daemon that kept the pipe open.
                return 0;
            }
        }
    }
}
