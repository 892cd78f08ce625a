using PatchTools.Engine.Tests.PackageManagers;
using PatchTools.Errors;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Processes;

public sealed class ProcessRunnerTests
{
    private readonly RecordingObserver _observer = new();

    private ProcessRunner Runner => new(_observer);

    [Fact]
    public async Task Arguments_reach_the_command_as_they_are()
    {
        var result = await Runner.RunAsync(new Command("printf", ["%s|", "a b", "$HOME", "*", "'\"", ""]), CancellationToken.None);

        Assert.Equal("a b|$HOME|*|'\"||", result.StandardOutput);
        Assert.Equal(0, result.ExitCode);
        Assert.Single(_observer.VerboseLines);
    }

    [Fact]
    public async Task The_language_is_fixed_and_the_environment_is_added_to()
    {
        var command = new Command("env", []) { Environment = new Dictionary<string, string> { ["LANGUAGE"] = "de", ["LC_ALL"] = "de_DE.UTF-8", ["DEBIAN_FRONTEND"] = "noninteractive" } };

        var lines = (await Runner.RunAsync(command, CancellationToken.None)).StandardOutput.Split('\n');

        Assert.Contains("LC_ALL=C.UTF-8", lines);
        Assert.Contains("DEBIAN_FRONTEND=noninteractive", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("LANGUAGE=", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("PATH=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Standard_input_is_at_its_end()
    {
        var result = await Runner.RunAsync(new Command("cat", []), CancellationToken.None);

        Assert.Equal("", result.StandardOutput);
    }

    [Fact]
    public async Task Both_pipes_are_drained_whatever_the_child_writes_first()
    {
        // Far more than a pipe holds, on both at once.
        var result = await Runner.RunAsync(new Command("sh", ["-c", "seq 1 100000 >&2; seq 1 100000; seq 1 100000 >&2"]), CancellationToken.None);

        Assert.Equal(100_000, result.StandardOutput.Count(c => c == '\n'));
        Assert.Equal(200_000, result.StandardError.Count(c => c == '\n'));
    }

    [Fact]
    public async Task An_unexpected_exit_code_fails_with_the_tail_of_standard_error()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            Runner.RunAsync(new Command("sh", ["-c", "echo out; echo first >&2; echo the cause >&2; exit 7"]), CancellationToken.None));

        Assert.Same(PatchErrors.PackageManagerFailed, failure.Error);
        Assert.Equal(7, failure.Result!.ExitCode);
        Assert.Equal("out\n", failure.Result.StandardOutput);
        Assert.Equal("first\nthe cause\n", failure.StandardError);
        Assert.Contains("exit code 7", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the cause", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expected_exit_code_is_an_answer()
    {
        var result = await Runner.RunAsync(new Command("sh", ["-c", "exit 100"]) { ExpectedExitCodes = [0, 100] }, CancellationToken.None);

        Assert.Equal(100, result.ExitCode);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_fails_by_name()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() => Runner.RunAsync(new Command("no-such-command-here", ["x"]), CancellationToken.None));

        Assert.Contains("no-such-command-here", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.Result);
    }

    [Fact]
    public async Task A_command_that_exceeds_its_time_is_ended()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            Runner.RunAsync(new Command("sleep", ["600"]) { Timeout = TimeSpan.FromMilliseconds(50) }, CancellationToken.None));

        Assert.Same(PatchErrors.CommandTimedOut, failure.Error);
    }

    [Fact]
    public async Task Cancelling_interrupts_a_query()
    {
        using var cancellation = new CancellationTokenSource();
        var running = Runner.RunAsync(new Command("sleep", ["600"]), cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_transaction_ends_by_itself_whatever_the_token_and_the_clock_say()
    {
        using var cancellation = new CancellationTokenSource();
        using var directory = new TemporaryDirectory();
        var gate = await GateAsync(directory);
        var command = new Command("sh", ["-c", "read answer < \"$1\"; echo done", "sh", gate]) { Interruptible = false, Timeout = TimeSpan.FromMilliseconds(1) };

        var running = Runner.RunAsync(command, cancellation.Token);
        await cancellation.CancelAsync();
        await File.AppendAllTextAsync(gate, "go\n", CancellationToken.None);

        Assert.Equal("done\n", (await running).StandardOutput);
    }

    [Fact]
    public async Task A_transaction_runs_in_a_session_of_its_own_out_of_reach_of_the_terminal()
    {
        Rig.NeedsCommands("setsid");
        const string Session = "cut -d' ' -f6 /proc/$$/stat; cut -d' ' -f5 /proc/$$/stat; echo $$";

        var own = (await Runner.RunAsync(new Command("sh", ["-c", Session]), CancellationToken.None)).StandardOutput.Split('\n');
        var apart = (await Runner.RunAsync(new Command("sh", ["-c", Session]) { Interruptible = false }, CancellationToken.None)).StandardOutput.Split('\n');

        Assert.NotEqual(own[0], apart[0]);
        Assert.Equal(apart[2], apart[0]);
        Assert.Equal(apart[2], apart[1]);
    }

    [Fact]
    public async Task A_daemon_that_keeps_the_pipes_open_does_not_hold_the_run()
    {
        using var directory = new TemporaryDirectory();
        var gate = await GateAsync(directory);

        var result = await Runner.RunAsync(new Command("sh", ["-c", "(read answer < \"$1\") & echo started", "sh", gate]), CancellationToken.None);
        await File.AppendAllTextAsync(gate, "go\n", CancellationToken.None);

        Assert.Equal("started\n", result.StandardOutput);
    }

    /// <summary>A pipe that its reader waits at until the test writes to it.</summary>
    private async Task<string> GateAsync(TemporaryDirectory directory)
    {
        var gate = directory.File("gate");
        await Runner.RunAsync(new Command("mkfifo", [gate]), CancellationToken.None);
        return gate;
    }
}
