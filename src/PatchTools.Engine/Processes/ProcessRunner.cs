using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchTools.Errors;

namespace PatchTools.Processes;

/// <summary>
/// The only class of PatchTools that starts a process. Arguments travel as a list and never meet a shell; the language is fixed, so that parsers meet one;
/// standard input is at its end, so that nothing can prompt.
/// </summary>
/// <remarks>
/// Ctrl+C reaches every process of the terminal's foreground group, whatever a cancellation token says, and a pipe dies with its reader. A transaction
/// therefore runs in a session of its own and writes to a file: neither a signal to PatchTools nor its death ends half of an installation.
/// </remarks>
internal sealed class ProcessRunner(IRunObserver observer) : IProcessRunner
{
    private const int TailLength = 400;

    /// <summary>How long an interrupted query may take to end before it is killed.</summary>
    private static readonly TimeSpan s_interruptGrace = TimeSpan.FromSeconds(5);

    /// <summary>How long the pipes may stay open after the end of a query: a daemon that it started may have inherited them.</summary>
    private static readonly TimeSpan s_drainGrace = TimeSpan.FromSeconds(2);

    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        observer.Verbose($"Running {command}");
        var result = command.Interruptible
            ? await QueryAsync(command, cancellationToken)
            : await TransactAsync(command);
        observer.Debug(
            $"{command} ended with {result.ExitCode} after {result.Duration.TotalSeconds:0.0} s\n{result.StandardOutput}{result.StandardError}"
        );
        return command.ExpectedExitCodes.Contains(result.ExitCode)
            ? result
            : throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"{command} ended with {result.ExitCode}: {Tail(command.Interruptible ? result.StandardError : result.StandardOutput)}",
                result
            );
    }

    private static async Task<CommandResult> QueryAsync(Command command, CancellationToken cancellationToken)
    {
        var start = StartInfo(command);
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
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            stopped = true;
            await StopAsync(process);
        }

        await Task.WhenAny(
            Task.WhenAll(output.Completion, error.Completion),
            Task.Delay(s_drainGrace, CancellationToken.None)
        );
        var result = new CommandResult(process.ExitCode, output.Text, error.Text, clock.Elapsed);
        if (!stopped)
            return result;
        cancellationToken.ThrowIfCancellationRequested();
        throw new CommandFailedException(
            PatchErrors.CommandTimedOut,
            command,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{command} did not end within {command.Timeout.TotalMinutes:0.#} minutes and was stopped."
            ),
            result
        );
    }

    private async Task<CommandResult> TransactAsync(Command command)
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
                command.FileName,
                command.Arguments,
                StartInfo(command).Environment.Select(v => $"{v.Key}={v.Value}"),
                log,
                command.StatusPath
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"{command.FileName} cannot be started: {e.Message}",
                null,
                e
            );
        }

        // No token and no limit ends it: half a transaction is worse than a long one.
        var ended = NativeProcess.WaitAsync(process);
        if (await Task.WhenAny(ended, Task.Delay(command.Timeout, CancellationToken.None)) != ended)
            observer.Warning(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{command.FileName} (process {process}) has been running for {command.Timeout.TotalMinutes:0} minutes. It is waited for; its output is in {log}."
                )
            );
        return new CommandResult(await ended, await ReadFromAsync(log, begin), "", clock.Elapsed);
    }

    private static async Task<string> ReadFromAsync(string path, long offset)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = offset;
        using var reader = new StreamReader(file, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private static ProcessStartInfo StartInfo(Command command)
    {
        var start = new ProcessStartInfo(command.FileName);
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        // Parsers meet one language only; gettext puts LANGUAGE before the locale.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("LANGUAGE");
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
            throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"{command.FileName} cannot be started: {e.Message}",
                null,
                e
            );
        }
    }

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
        return trimmed.Length == 0 ? "it said nothing"
            : trimmed.Length <= TailLength ? trimmed
            : "…" + trimmed[^TailLength..];
    }

    /// <summary>Reads one pipe to its end, keeping what has come so far within reach.</summary>
    private sealed class Drain
    {
        private readonly StringBuilder _text = new();

        public Drain(StreamReader reader) => Completion = ReadAsync(reader);

        public Task Completion { get; }

        public string Text
        {
            get
            {
                lock (_text)
                    return _text.ToString();
            }
        }

        private async Task ReadAsync(StreamReader reader)
        {
            var buffer = new char[8192];
            try
            {
                int count;
                while ((count = await reader.ReadAsync(buffer)) > 0)
                {
                    lock (_text)
                        _text.Append(buffer, 0, count);
                }
            }
            catch (Exception e) when (e is ObjectDisposedException or IOException or InvalidOperationException)
            {
                // The run did not wait for a daemon that kept the pipe open.
            }
        }
    }
}
