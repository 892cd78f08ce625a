using System.Globalization;
using PatchTools.Engine.Tests.PackageManagers;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.Processes;

public sealed class ProcessRunnerTests : IDisposable
{
    private readonly RecordingObserver _observer = new();
    private readonly TemporaryDirectory _directory = new();

    private ProcessRunner Runner => new(Host, _observer);

    private static HostContext Host { get; } =
        new()
        {
            Paths = new HostPaths(),
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            IsRoot = Environment.IsPrivilegedProcess,
        };

    private string Log => _directory.File("log");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Arguments_reach_a_query_as_they_are()
    {
        var result = await Runner.RunAsync(
            new Command("printf", ["%s|", "a b", "$HOME", "*", "'\"", ""]),
            CancellationToken.None
        );

        Assert.Equal("a b|$HOME|*|'\"||", result.StandardOutput);
        Assert.Equal(0, result.ExitCode);
        Assert.Single(_observer.VerboseLines);
    }

    [Fact]
    public async Task Arguments_reach_a_transaction_as_they_are()
    {
        var result = await Runner.RunAsync(
            Transaction("printf", "%s|", "a b", "$HOME", "*", "'\"", "ä", ""),
            CancellationToken.None
        );

        Assert.Equal("a b|$HOME|*|'\"|ä||", result.StandardOutput);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_language_is_fixed_and_the_environment_is_added_to(bool query)
    {
        var command = new Command("env", [])
        {
            Environment = new Dictionary<string, string>
            {
                ["LANGUAGE"] = "de",
                ["LC_ALL"] = "de_DE.UTF-8",
                ["DEBIAN_FRONTEND"] = "noninteractive",
            },
            Interruptible = query,
            LogPath = Log,
        };

        var lines = (await Runner.RunAsync(command, CancellationToken.None)).StandardOutput.Split('\n');

        Assert.Contains("LC_ALL=C.UTF-8", lines);
        Assert.Contains("DEBIAN_FRONTEND=noninteractive", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("LANGUAGE=", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("PATH=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Standard_input_is_at_its_end(bool query)
    {
        var result = await Runner.RunAsync(
            new Command("cat", []) { Interruptible = query, LogPath = Log },
            CancellationToken.None
        );

        Assert.Equal("", result.StandardOutput);
    }

    [Fact]
    public async Task Both_pipes_are_drained_whatever_the_child_writes_first()
    {
        // Far more than a pipe holds, on both at once.
        var result = await Runner.RunAsync(
            new Command("sh", ["-c", "seq 1 100000 >&2; seq 1 100000; seq 1 100000 >&2"]),
            CancellationToken.None
        );

        Assert.Equal(100_000, result.StandardOutput.Count(c => c == '\n'));
        Assert.Equal(200_000, result.StandardError.Count(c => c == '\n'));
    }

    [Fact]
    public async Task An_unexpected_exit_code_fails_with_both_streams()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            Runner.RunAsync(
                new Command("sh", ["-c", "echo out; echo first >&2; echo the cause >&2; exit 7"]),
                CancellationToken.None
            )
        );

        Assert.Same(PatchErrors.PackageManagerFailed, failure.Error);
        Assert.Equal(7, failure.Result!.ExitCode);
        Assert.Equal("out\n", failure.Result.StandardOutput);
        Assert.Equal("first\nthe cause\n", failure.StandardError);
        Assert.Contains("ended with 7", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the cause", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_fails_says_its_exit_code_or_signal()
    {
        var failed = await Assert.ThrowsAsync<CommandFailedException>(() =>
            Runner.RunAsync(Transaction("sh", "-c", "echo the cause >&2; exit 7"), CancellationToken.None)
        );
        var killed = await Assert.ThrowsAsync<CommandFailedException>(() =>
            Runner.RunAsync(Transaction("sh", "-c", "kill -9 $$"), CancellationToken.None)
        );

        Assert.Equal(7, failed.Result!.ExitCode);
        Assert.Contains("the cause", failed.Message, StringComparison.Ordinal);
        Assert.Equal(137, killed.Result!.ExitCode);
    }

    [Fact]
    public async Task An_expected_exit_code_is_an_answer()
    {
        var result = await Runner.RunAsync(
            new Command("sh", ["-c", "exit 100"]) { ExpectedExitCodes = [0, 100] },
            CancellationToken.None
        );

        Assert.Equal(100, result.ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_does_not_exist_fails_by_name(bool query)
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            Runner.RunAsync(
                new Command("no-such-command-here", ["x"]) { Interruptible = query, LogPath = Log },
                CancellationToken.None
            )
        );

        Assert.Contains("no-such-command-here", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.Result);
    }

    [Fact]
    public async Task A_query_that_exceeds_its_time_is_ended()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            Runner.RunAsync(
                new Command("sleep", ["600"]) { Timeout = TimeSpan.FromMilliseconds(50) },
                CancellationToken.None
            )
        );

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
    public async Task A_query_that_ignores_the_interrupt_is_killed_with_its_children()
    {
        using var cancellation = new CancellationTokenSource();
        var marker = _directory.File("pids");
        var gate = await GateAsync();

        // The gate is opened by the child that must die; its process id is then gone.
        var running = Runner.RunAsync(
            new Command(
                "sh",
                ["-c", "trap '' INT; sleep 600 & echo $! > \"$1\"; echo there > \"$2\"; wait", "sh", marker, gate]
            ),
            cancellation.Token
        );
        await File.ReadAllTextAsync(gate, CancellationToken.None);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        var child = (await File.ReadAllTextAsync(marker, CancellationToken.None)).Trim();
        Assert.True(
            !Directory.Exists($"/proc/{child}")
                || (await File.ReadAllTextAsync($"/proc/{child}/stat", CancellationToken.None)).Contains(
                    ") Z ",
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task A_daemon_that_keeps_the_pipes_open_does_not_hold_the_run()
    {
        var gate = await GateAsync();

        var result = await Runner.RunAsync(
            new Command("sh", ["-c", "(read answer < \"$1\") & echo started", "sh", gate]),
            CancellationToken.None
        );
        await File.AppendAllTextAsync(gate, "go\n", CancellationToken.None);

        Assert.Equal("started\n", result.StandardOutput);
        Assert.Contains("still has its output open", Assert.Single(_observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_grandchild_writes_after_the_end_of_the_command_is_read()
    {
        var gate = await GateAsync();

        // The command has ended when the grandchild gets its line.
        var result = await Runner.RunAsync(
            new Command(
                "sh",
                [
                    "-c",
                    "(read answer < \"$1\"; echo late) & parent=$$; (while kill -0 $parent 2> /dev/null; do "
                        + ":; done; echo go > \"$1\") > /dev/null 2>&1 & echo early",
                    "sh",
                    gate,
                ]
            ),
            CancellationToken.None
        );

        Assert.Equal("early\nlate\n", result.StandardOutput);
        Assert.Empty(_observer.Warnings);
    }

    [Fact]
    public async Task A_command_that_writes_without_end_is_an_error_and_no_burden_on_memory()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            Runner.RunAsync(new Command("head", ["-c", "300000000", "/dev/zero"]), CancellationToken.None)
        );

        Assert.Contains("286 Mi characters", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Result!.StandardOutput.Length, 1, 16 * 1024);
    }

    [Fact]
    public async Task An_answer_at_length_is_read_in_parts_and_whole()
    {
        const int lines = 3_000_000;
        var result = await Runner.RunAsync(
            new Command("seq", ["1", $"{lines}"]) { AnswersAtLength = true },
            CancellationToken.None
        );

        Assert.Equal(
            Enumerable.Range(1, lines).Select(n => n.ToString(CultureInfo.InvariantCulture)).Append(""),
            result.Records('\n')
        );
    }

    [Fact]
    public async Task The_middle_of_an_endless_log_stays_in_the_log()
    {
        var result = await Runner.RunAsync(
            Transaction("sh", "-c", "echo first; seq 1 4000000; echo last"),
            CancellationToken.None
        );

        Assert.StartsWith("first\n", result.StandardOutput, StringComparison.Ordinal);
        Assert.EndsWith("\nlast\n", result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains($"bytes more are in {Log}", result.StandardOutput, StringComparison.Ordinal);
        Assert.InRange(result.StandardOutput.Length, 1, 17 * 1024 * 1024);
    }

    [Fact]
    public async Task A_transaction_ends_by_itself_whatever_the_token_and_the_clock_say()
    {
        using var cancellation = new CancellationTokenSource();
        var gate = await GateAsync();

        var running = Runner.RunAsync(
            Transaction("sh", "-c", "read answer < \"$1\"; echo done", "sh", gate) with
            {
                Timeout = TimeSpan.FromMilliseconds(1),
            },
            cancellation.Token
        );
        await cancellation.CancelAsync();
        await _observer.Warned;
        await File.AppendAllTextAsync(gate, "go\n", CancellationToken.None);

        Assert.Equal("done\n", (await running).StandardOutput);
        Assert.Contains(Log, Assert.Single(_observer.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_waits_for_a_lock_of_another_is_ended_where_it_must_not_wait(bool query)
    {
        Rig.NeedsCommands("python3");
        var path = _directory.File("locked");
        var command = new Command(
            "python3",
            [
                "-c",
                "import fcntl, sys; f = open(sys.argv[1], 'r+'); print('begun', flush=True); "
                    + "fcntl.lockf(f, fcntl.LOCK_EX); print('done')",
                path,
            ]
        )
        {
            Interruptible = query,
            LogPath = Log,
            EndsForLock = true,
        };
        CommandResult waited;
        using (var held = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            held.Lock(0, 1);
            waited = await Runner.RunAsync(command, CancellationToken.None);
        }

        var free = await Runner.RunAsync(command, CancellationToken.None);

        Assert.Equal(("begun\n", true), (waited.StandardOutput, waited.EndedForLock));
        Assert.Equal(("begun\ndone\n", false), (free.StandardOutput, free.EndedForLock));
    }

    [Fact]
    public async Task A_transaction_runs_in_a_session_of_its_own_with_signals_as_they_should_be()
    {
        // Of the command itself: a shell blocks signals for moments of its own.
        var ids = (
            await Runner.RunAsync(Transaction("cut", "-d ", "-f1,5,6", "/proc/self/stat"), CancellationToken.None)
        )
            .StandardOutput.Trim()
            .Split(' ');
        var signals = (
            await Runner.RunAsync(
                Transaction("grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"),
                CancellationToken.None
            )
        ).StandardOutput.Split('\n');

        Assert.Equal((ids[0], ids[0]), (ids[1], ids[2]));
        Assert.Equal("SigBlk:\t0000000000000000", signals[0]);

        // Above 31 are libc's own.
        Assert.Equal(
            0UL,
            ulong.Parse(signals[1].Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0x7fffffff
        );
    }

    [Fact]
    public async Task The_log_keeps_every_transaction_and_each_result_holds_its_own_part()
    {
        await Runner.RunAsync(Transaction("echo", "first"), CancellationToken.None);
        var second = await Runner.RunAsync(
            Transaction("sh", "-c", "echo second; echo third >&2"),
            CancellationToken.None
        );

        Assert.Equal("second\nthird\n", second.StandardOutput);
        Assert.Equal(
            "# echo first\nfirst\n# sh -c echo second; echo third >&2\nsecond\nthird\n",
            await File.ReadAllTextAsync(Log, CancellationToken.None)
        );
    }

    [Fact]
    public async Task Progress_goes_to_a_file_of_its_own()
    {
        var status = _directory.File("status");

        await Runner.RunAsync(
            Transaction("sh", "-c", "echo half >&3; echo text") with
            {
                StatusPath = status,
            },
            CancellationToken.None
        );

        Assert.Equal("half\n", await File.ReadAllTextAsync(status, CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_survives_Ctrl_C_and_the_death_of_the_run_that_began_it(bool killed)
    {
        Rig.NeedsCommands("setsid", "mkfifo");
        var gate = await GateAsync();
        using var running = RunningTransaction.Start(_directory.Path);
        running.WaitForTransaction();

        if (killed)
            running.KillNow();
        else
            running.InterruptGroup();
        running.WaitForEnd();
        var done = _directory.File("done");
        Assert.False(File.Exists(done));
        await Runner.RunAsync(new Command("mkfifo", [done]), CancellationToken.None);
        await File.AppendAllTextAsync(gate, "go\n", CancellationToken.None);

        // Reading the pipe waits until the orphan writes its last word.
        Assert.Equal("done\n", await File.ReadAllTextAsync(done, CancellationToken.None));
        Assert.EndsWith(
            "after the gate\non standard error\n",
            await File.ReadAllTextAsync(Log, CancellationToken.None),
            StringComparison.Ordinal
        );
    }

    private Command Transaction(string file, params string[] arguments) =>
        new(file, arguments) { Interruptible = false, LogPath = Log };

    /// <summary>A pipe that its reader waits at until the test writes to it.</summary>
    private async Task<string> GateAsync()
    {
        var gate = _directory.File("gate");
        await Runner.RunAsync(new Command("mkfifo", [gate]), CancellationToken.None);
        return gate;
    }
}
