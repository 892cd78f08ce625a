using System.Diagnostics;
using System.Text;

namespace PatchTools.Tests;

/// <summary>Runs the host program of this build as a process of its own.</summary>
internal static class HostProgram
{
    /// <summary>No run of a test takes so long, on however busy a machine: what does has hung.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static HostRun Run(params string[] arguments) => Run(standardInput: null, environment: null, arguments);

    public static HostRun Run(
        string? standardInput,
        IReadOnlyDictionary<string, string>? environment,
        params string[] arguments
    )
    {
        using var process = Start(environment, arguments);
        var output = new StringBuilder();
        var error = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Write(standardInput);
        process.StandardInput.Close();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The host did not end within {Deadline}: {output}{error}");
        }

        // Once more without a deadline: until then the last lines may not have been handed over. Both pipes are closed
        // by now.
        process.WaitForExit();
        return new HostRun(process.ExitCode, output.ToString(), error.ToString());
    }

    public static Process Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        // Who starts this test may ignore SIGINT, as a shell's background jobs do, and a child inherits that. env gives
        // it back its effect.
        var start = new ProcessStartInfo(
            "/usr/bin/env",
            ["--default-signal=INT,TERM,QUIT", StagedModule.HostProgram, .. arguments]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("PATCHTOOLS_MODULE");
        start.Environment["TERM"] = "xterm-256color";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
            text.Append(line).Append('\n');
    }
}

/// <summary>How a run of the host ended.</summary>
internal sealed record HostRun(int ExitCode, string Output, string Error);
