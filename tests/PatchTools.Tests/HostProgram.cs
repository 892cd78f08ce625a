using System.Diagnostics;
using System.Text;

namespace PatchTools.Tests;

/// <summary>Runs the host program of this build as a process of its own.</summary>
internal static class HostProgram
{
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
        process.WaitForExit();
        return new HostRun(process.ExitCode, output.ToString(), error.ToString());
    }

    public static Process Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(StagedModule.HostProgram, arguments)
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
