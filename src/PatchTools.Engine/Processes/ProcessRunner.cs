using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PatchTools.Errors;

namespace PatchTools.Processes;

/// <summary>
/// The only class that starts processes. Arguments travel as a list and never meet a shell; the language is fixed, so that parsers meet one; standard
/// input is closed, so that nothing can prompt; both pipes are drained at the same time, because a child that fills one of them blocks.
/// </summary>
/// <remarks>
/// Ctrl+C reaches every process of the terminal's foreground group, whatever a cancellation token says. A command that is not interruptible therefore
/// runs in a session of its own (<c>setsid</c> of util-linux, which every dpkg and rpm system has), is waited for whatever happens, and is never killed,
/// not even when its time is up: half a transaction is worse than a long one.
/// </remarks>
internal sealed class ProcessRunner(IRunObserver observer) : IProcessRunner
{
    /// <summary>How long an interrupted command may take to end before it is killed.</summary>
    private static readonly TimeSpan InterruptGrace = TimeSpan.FromSeconds(5);

    /// <summary>How long the pipes may stay open after the end of the command: a daemon that it started may have inherited them.</summary>
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(2);

    private const int InterruptSignal = 2;
    private const int TailLines = 5;

    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = new Process { StartInfo = StartInfo(command) };
        var clock = Stopwatch.StartNew();
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            observer.Verbose($"{command}: cannot be started: {e.Message}");
            throw new CommandFailedException(PatchErrors.PackageManagerFailed, command, $"The command '{command}' cannot be started: {e.Message}", null, e);
        }

        process.StandardInput.Close();
        var output = new Drain(process.StandardOutput);
        var error = new Drain(process.StandardError);
        var ending = await WaitAsync(process, command, cancellationToken);
        await Task.WhenAny(Task.WhenAll(output.Completion, error.Completion), Task.Delay(DrainGrace, CancellationToken.None));

        var result = new CommandResult(process.ExitCode, output.Text, error.Text, clock.Elapsed);
        observer.Verbose(string.Create(CultureInfo.InvariantCulture, $"{command}: exit {result.ExitCode} after {result.Duration.TotalSeconds:0.00} s"));
        observer.Debug($"{command}: standard output:\n{result.StandardOutput}\nstandard error:\n{result.StandardError}");
        if (ending == Ending.Cancelled)
            throw new OperationCanceledException($"The command '{command}' was interrupted.", cancellationToken);
        if (ending == Ending.TimedOut)
            throw new CommandFailedException(PatchErrors.CommandTimedOut, command, string.Create(CultureInfo.InvariantCulture, $"The command '{command}' did not end within {command.Timeout.TotalSeconds:0} seconds.{Tail(result.StandardError)}"), result);
        if (!command.ExpectedExitCodes.Contains(result.ExitCode))
            throw new CommandFailedException(PatchErrors.PackageManagerFailed, command, $"The command '{command}' ended with exit code {result.ExitCode}.{Tail(result.StandardError)}", result);
        return result;
    }

    private enum Ending
    {
        Exited,
        Cancelled,
        TimedOut,
    }

    private async Task<Ending> WaitAsync(Process process, Command command, CancellationToken cancellationToken)
    {
        if (!command.Interruptible)
        {
            var exited = process.WaitForExitAsync(CancellationToken.None);
            if (await Task.WhenAny(exited, Task.Delay(command.Timeout, CancellationToken.None)) != exited)
                observer.Warning($"The command '{command}' runs longer than expected. It is waited for: a transaction is never interrupted.");
            await exited;
            return Ending.Exited;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(command.Timeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return Ending.Exited;
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
            return cancellationToken.IsCancellationRequested ? Ending.Cancelled : Ending.TimedOut;
        }
    }

    private static async Task StopAsync(Process process)
    {
        _ = Kill(process.Id, InterruptSignal);
        using var grace = new CancellationTokenSource(InterruptGrace);
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

    private ProcessStartInfo StartInfo(Command command)
    {
        var start = new ProcessStartInfo
        {
            FileName = command.FileName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        if (!command.Interruptible)
        {
            if (OnPath("setsid"))
            {
                start.FileName = "setsid";
                start.ArgumentList.Add("--wait");
                start.ArgumentList.Add(command.FileName);
            }
            else
            {
                observer.Warning("The command setsid (util-linux) is missing: Ctrl+C in a terminal will reach the package manager.");
            }
        }

        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        start.Environment["LC_ALL"] = "C.UTF-8";
        // gettext puts LANGUAGE before the locale, except in the locale that is called exactly "C".
        start.Environment.Remove("LANGUAGE");
        return start;
    }

    private static bool OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, name)));

    private static string Tail(string standardError)
    {
        var lines = standardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? " It wrote nothing to standard error." : " " + string.Join(" / ", lines.TakeLast(TailLines));
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);

    /// <summary>Reads one pipe to its end, keeping what has come so far readable.</summary>
    private sealed class Drain
    {
        private readonly StringBuilder _text = new();
        private readonly object _gate = new();

        public Drain(StreamReader reader) => Completion = ReadAsync(reader);

        public Task Completion { get; }

        public string Text
        {
            get
            {
                lock (_gate)
                    return _text.ToString();
            }
        }

        private async Task ReadAsync(StreamReader reader)
        {
            var buffer = new char[4096];
            int count;
            while ((count = await reader.ReadAsync(buffer)) > 0)
            {
                lock (_gate)
                    _text.Append(buffer, 0, count);
            }
        }
    }
}
