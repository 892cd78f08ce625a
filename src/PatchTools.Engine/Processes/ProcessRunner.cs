using System.ComponentModel;
using System.Diagnostics;
using PatchTools.Errors;

namespace PatchTools.Processes;

/// <summary>The only class of PatchTools that starts a process.</summary>
internal sealed class ProcessRunner(IRunObserver observer) : IProcessRunner
{
    private const int TailLength = 400;

    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(command.FileName) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        // Parsers meet one language only.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("LANGUAGE");
        var clock = Stopwatch.StartNew();
        observer.Verbose($"Running {command}");
        using var process = Start(command, start);
        process.StandardInput.Close();

        // Both pipes to their end, at once: a child that fills one while the other is read would hang for ever.
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(command.Interruptible ? cancellationToken : CancellationToken.None);
        limit.CancelAfter(command.Timeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            throw new CommandFailedException(PatchErrors.CommandTimedOut, command, $"{command} did not end within {command.Timeout.TotalMinutes:0.#} minutes and was stopped.", null);
        }

        var result = new CommandResult(process.ExitCode, await output, await error, clock.Elapsed);
        observer.Debug($"{command} ended with {result.ExitCode} after {result.Duration.TotalSeconds:0.0} s\n{result.StandardOutput}{result.StandardError}");
        return command.ExpectedExitCodes.Contains(result.ExitCode)
            ? result
            : throw new CommandFailedException(PatchErrors.PackageManagerFailed, command, $"{command} ended with {result.ExitCode}: {Tail(result.StandardError)}", result);
    }

    private static Process Start(Command command, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new CommandFailedException(PatchErrors.PackageManagerFailed, command, $"{command.FileName} cannot be started: {e.Message}", null, e);
        }
    }

    private static string Tail(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length == 0 ? "it said nothing" : trimmed.Length <= TailLength ? trimmed : "…" + trimmed[^TailLength..];
    }
}
