using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Processes;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// Answers commands from a script: exactly these command lines in exactly this order, with recorded exit codes and
/// outputs. Anything else fails the test, and so does a step that nobody asks for. Starts no process, ever.
/// </summary>
/// <param name="root">Shown as <c>{root}</c> in command lines; rpm's query formats as <c>…</c>.</param>
/// <param name="data">PatchTools' own data, shown as <c>{data}</c>.</param>
/// <param name="state">Answers the commands that only read what is installed, whenever they are asked; null for any
/// other command.</param>
internal sealed partial class ScriptedRunner(string root, string data, Func<Command, CommandResult?> state)
    : IProcessRunner
{
    private readonly Queue<Step> _steps = new();

    /// <param name="command">The whole command line.</param>
    /// <param name="exitCode">What it ends with.</param>
    /// <param name="output">On standard output; of a transaction both streams.</param>
    /// <param name="error">On standard error.</param>
    /// <param name="effect">What it does to the host.</param>
    public ScriptedRunner Expect(
        string command,
        int exitCode = 0,
        string output = "",
        string error = "",
        Action? effect = null
    )
    {
        _steps.Enqueue(new Step(command, exitCode, output, error, effect));
        return this;
    }

    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        if (state(command) is { } known)
            return known;
        var line = Shown(command);
        if (!_steps.TryDequeue(out var step))
            Assert.Fail($"Nothing more was expected, but this ran:\n{line}");
        Assert.Equal(step.Command, line);
        step.Effect?.Invoke();
        if (command.LogPath is { } log)
            await File.AppendAllTextAsync(log, step.Output, CancellationToken.None);
        var result = new CommandResult(step.ExitCode, step.Output, step.Error, TimeSpan.FromSeconds(1));
        return command.ExpectedExitCodes.Contains(step.ExitCode)
            ? result
            : throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"{line} ended with {step.ExitCode}",
                result
            );
    }

    /// <summary>Every step was asked for.</summary>
    public void AssertDone() => Assert.Empty(_steps.Select(s => s.Command));

    [GeneratedRegex(@"\{data\}/image/[^/ ]+/")]
    private static partial Regex OwnFolder();

    private string Shown(Command command)
    {
        var arguments = command.Arguments.Select(
            (a, i) => i > 0 && command.Arguments[i - 1] == "--queryformat" ? "…" : a
        );
        var line = string.Join(' ', arguments.Prepend(command.FileName))
            .Replace(root, "{root}", StringComparison.Ordinal)
            .Replace(data, "{data}", StringComparison.Ordinal);

        // Each refresh of an image has a folder of its own.
        return OwnFolder().Replace(line, "{data}/image/dnf/");
    }

    private sealed record Step(string Command, int ExitCode, string Output, string Error, Action? Effect);
}
