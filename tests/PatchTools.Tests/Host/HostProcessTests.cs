using System.Diagnostics;
using PatchTools.Operations;
using PatchTools.Testing;

namespace PatchTools.Tests.Host;

public sealed class HostProcessTests
{
    /// <summary>
    /// An error of PatchTools without any host behind it: no such exit code is given for anything else.
    /// </summary>
    private const string Failing =
        "throw "
        + "[PatchTools.Errors.PatchToolsException]::new([PatchTools.Errors.PatchErrors]::ElevationRequired, "
        + "'It needs root.')";

    [Fact]
    public void Exit_in_a_command_is_the_exit_status() =>
        Assert.Equal(5, HostProgram.Run("-Command", "exit 5").ExitCode);

    [Fact]
    public void The_rest_of_the_line_belongs_to_the_command() =>
        Assert.Equal(new HostRun(0, "a b\n", ""), HostProgram.Run("-Command", "'a", "b'"));

    [Fact]
    public void An_error_of_PatchTools_ends_the_process_with_its_exit_code()
    {
        var run = HostProgram.Run("-Command", $"{Failing}; 'not reached'");
        Assert.Equal(172, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("It needs root.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_that_a_cmdlet_ends_with_ends_the_process_and_names_the_cure()
    {
        var run = HostProgram.Run("-Command", "Get-PatchSnapshot -Path /nonexistent/snapshot.json; 'not reached'");
        Assert.Equal(143, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("Get-PatchSnapshot: ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith(" Check the path.\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_other_terminating_error_ends_the_process_with_1() =>
        Assert.Equal(1, HostProgram.Run("-Command", "throw 'boo'").ExitCode);

    [Fact]
    public void Text_that_is_no_PowerShell_ends_with_1_and_says_where()
    {
        var run = HostProgram.Run("-Command", "1 +");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("At line:1 char:4", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caught_error_gives_its_exit_code_to_the_script() =>
        Assert.Equal(
            172,
            HostProgram.Run("-Command", $"try {{ {Failing} }} catch {{ exit $_.Exception.ExitCode }}").ExitCode
        );

    [Theory]
    [InlineData("Import-Module nonexistent", 1)]
    [InlineData("Import-Module nonexistent; 'then this'", 0)]
    [InlineData("Import-Module nonexistent; 'then this' # and a comment", 0)]
    [InlineData("begin { } end { Import-Module nonexistent }", 0)]
    public void A_non_terminating_error_counts_only_when_it_is_the_last_word_of_a_command(string command, int status)
    {
        var run = HostProgram.Run("-Command", command);
        Assert.Equal(status, run.ExitCode);
        Assert.Contains("nonexistent", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_non_terminating_error_of_a_file_leaves_0()
    {
        using var folder = new TemporaryDirectory();
        Assert.Equal(0, HostProgram.Run("-File", Script(folder, "Import-Module nonexistent")).ExitCode);
    }

    [Fact]
    public void A_file_gets_its_arguments_its_own_place_and_the_exit_status()
    {
        using var folder = new TemporaryDirectory();
        var script = Script(
            folder,
            """
            param([string] $Name, [int] $Count, [switch] $Loud, [Parameter(ValueFromRemainingArguments)] $Rest)
            "$Name $Count $Loud $Rest"
            $PSScriptRoot
            exit 9
            """
        );
        var run = HostProgram.Run("-File", script, "-Name", "one two", "-Count:3", "x", "y", "-Loud");
        Assert.Equal(new HostRun(9, $"one two 3 True x y\n{folder.Path}\n", ""), run);
    }

    [Fact]
    public void An_error_of_PatchTools_in_a_file_ends_the_process_with_its_exit_code()
    {
        using var folder = new TemporaryDirectory();
        Assert.Equal(172, HostProgram.Run("-File", Script(folder, $"1\n{Failing}\n2")).ExitCode);
    }

    [Fact]
    public void A_missing_file_is_a_usage_error() =>
        Assert.Equal(64, HostProgram.Run("-File", "/nonexistent.ps1").ExitCode);

    [Theory]
    [InlineData()]
    [InlineData("-Command", "-")]
    [InlineData("-File", "-")]
    public void A_script_comes_in_on_standard_input(params string[] arguments) =>
        Assert.Equal(
            new HostRun(3, "6\n", ""),
            HostProgram.Run("$x = 2\n$x * 3\nexit 3\n", environment: null, arguments)
        );

    [Fact]
    public void An_unknown_argument_is_a_usage_error()
    {
        var run = HostProgram.Run("-Bogus");
        Assert.Equal(64, run.ExitCode);
        Assert.Contains("-Bogus", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_goes_to_standard_output_and_everything_else_to_standard_error()
    {
        var run = HostProgram.Run(
            "-NoProfile",
            "-Command",
            "'out'; $Host.UI.WriteWarningLine('warned'); $Host.UI.WriteVerboseLine('told'); Import-Module "
                + "nonexistent; 'more'"
        );
        Assert.Equal("out\nmore\n", run.Output);
        Assert.Contains("WARNING: warned\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("VERBOSE: told\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("nonexistent", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void No_prompt_is_answered_where_nobody_is()
    {
        var run = HostProgram.Run("-NonInteractive", "-Command", "Invoke-PatchBaseline");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Operation", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_terminal_gets_no_colour_and_the_width_that_COLUMNS_says()
    {
        var show =
            "[System.Management.Automation.PSObject].Assembly | ForEach-Object { $PSStyle.Foreground.Red + "
            + "$Host.UI.RawUI.BufferSize.Width + $PSStyle.Reset }";
        Assert.Equal(
            "72\n",
            HostProgram.Run(null, new Dictionary<string, string> { ["COLUMNS"] = "72" }, "-Command", show).Output
        );
        Assert.Equal(
            "100\n",
            HostProgram.Run(null, new Dictionary<string, string> { ["COLUMNS"] = "" }, "-Command", show).Output
        );
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("1", false)]
    public void A_terminal_gets_colour_unless_NO_COLOR_is_set(string noColour, bool coloured)
    {
        Rig.NeedsCommands("script");
        var start = new ProcessStartInfo(
            "script",
            [
                "-qec",
                $"'{StagedModule.HostProgram}' -Command '$PSStyle.Foreground.Red + 42 + $PSStyle.Reset'",
                "/dev/null",
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["NO_COLOR"] = noColour;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(coloured, output.Contains("\u001b[31m42\u001b[0m", StringComparison.Ordinal));
        Assert.Contains("42", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-INT", 130)]
    [InlineData("-TERM", 143)]
    public void A_signal_stops_the_script_and_runs_its_finally(string signal, int status)
    {
        Rig.NeedsCommands("kill", "env");
        using var process = HostProgram.Start(
            environment: null,
            "-Command",
            "try { 'ready'; while ($true) { [System.Threading.Thread]::Sleep(5) } } finally { "
                + "[System.Console]::Out.WriteLine('cleaned up') }"
        );
        try
        {
            Assert.Equal("ready", LineOf(process));
            using (
                var kill = Process.Start(
                    "kill",
                    [signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]
                )
            )
                Assert.True(kill.WaitForExit(HostProgram.Deadline));
            Assert.Equal("cleaned up", LineOf(process));
            Assert.True(process.WaitForExit(HostProgram.Deadline));
            Assert.Equal(status, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static string? LineOf(Process process) =>
        process.StandardOutput.ReadLineAsync().WaitAsync(HostProgram.Deadline).GetAwaiter().GetResult();

    [Fact]
    public void A_word_behind_a_switch_is_an_argument_of_its_own()
    {
        using var folder = new TemporaryDirectory();
        var script = Script(folder, "param([switch] $Loud, [string] $Name, [string] $Kind) \"$Loud|$Name|$Kind\"");
        Assert.Equal(
            new HostRun(0, "True|one|two\n", ""),
            HostProgram.Run("-File", script, "-Loud", "one", "-Kind:", "two")
        );
        Assert.Equal(new HostRun(0, "False|-1|\n", ""), HostProgram.Run("-File", script, "-Loud:$false", "-1"));
    }

    [Fact]
    public void A_parameter_that_a_file_does_not_have_ends_with_1_and_is_named()
    {
        using var folder = new TemporaryDirectory();
        var run = HostProgram.Run(
            "-File",
            Script(folder, "[CmdletBinding()] param([string] $Name) 'not reached'"),
            "-Bogus",
            "x"
        );
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("Bogus", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exit_wins_over_an_error_before_it() =>
        Assert.Equal(5, HostProgram.Run("-Command", $"try {{ {Failing} }} catch {{ }} finally {{ exit 5 }}").ExitCode);

    [Fact]
    public void The_error_preference_Stop_keeps_the_exit_code()
    {
        var run = HostProgram.Run(
            "-Command",
            $"$ErrorActionPreference = 'Stop'; function f {{ {Failing} }}; 1 | ForEach-Object {{ f }}"
        );
        Assert.Equal(172, run.ExitCode);
    }

    [Theory]
    [InlineData("-Command", "/bin/sh -c 'exit 7'", 1)]
    [InlineData("-Command", "/bin/sh -c 'exit 7'; exit $LASTEXITCODE", 7)]
    public void A_failed_program_counts_as_a_failed_last_statement(string how, string command, int status) =>
        Assert.Equal(status, HostProgram.Run(how, command).ExitCode);

    [Fact]
    public void Standard_input_is_the_command_s_to_read()
    {
        var baseline = File.ReadAllText(
            Path.Combine(StagedModule.RepositoryRoot, "tests", "Pester", "Fixtures", "baseline.json")
        );
        Assert.Equal(
            new HostRun(0, "Pester\n", ""),
            HostProgram.Run(baseline, environment: null, "-Command", "(Get-PatchSnapshot -Path -).Baseline.Name")
        );
    }

    /// <summary>
    /// What README and about_PatchTools give for documents must need no command that this host has not.
    /// </summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData("module/docs/en-US/about_PatchTools.md")]
    [InlineData("module/docs/en-US/about_PatchTools_ExitCodes.md")]
    public void The_script_for_documents_ends_with_the_exit_code_of_the_error_and_tells_it(string page)
    {
        var script = File.ReadLines(Path.Combine(StagedModule.RepositoryRoot, page))
            .Single(line => line.StartsWith("try { Invoke-PatchBaseline", StringComparison.Ordinal));
        // Whatever a page may say one day: this host is not to be changed by its test.
        Assert.Contains(
            "{ Invoke-PatchBaseline -Operation Scan -OutVariable report;",
            script,
            StringComparison.Ordinal
        );
        var run = HostProgram.Run(
            "-Command",
            script.Replace(
                "-Operation Scan",
                "-Operation Scan -Path /nonexistent/baseline.json",
                StringComparison.Ordinal
            )
        );
        Assert.Equal(143, run.ExitCode);
        Assert.Contains("/nonexistent/baseline.json", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            1,
            HostProgram
                .Run(
                    "-Command",
                    script.Replace(
                        "Invoke-PatchBaseline -Operation Scan -OutVariable report",
                        "throw 'boo'",
                        StringComparison.Ordinal
                    )
                )
                .ExitCode
        );
    }

    [Fact]
    public void No_confirmation_is_given_where_nobody_is()
    {
        using var folder = new TemporaryDirectory();
        var run = HostProgram.Run(
            "-NonInteractive",
            "-Command",
            $"Publish-PatchSummary -Pending -Confirm -StateDirectory {folder.Path}/state"
        );
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("nobody is here to answer", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "state")));
    }

    [Fact]
    public void A_report_in_a_file_has_neither_colour_nor_progress()
    {
        var fixtures = Path.Combine(StagedModule.RepositoryRoot, "tests", "Pester", "Fixtures");
        var run = HostProgram.Run(
            "-Command",
            $"Get-PatchSnapshot -Path {fixtures}/baseline.json | Test-PatchCompliance -Inventory "
                + $"(Get-PatchInventory -Root {fixtures}/debian -MaxMetadataAge 36500)"
        );
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("1 patch is missing", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.DoesNotContain('\r', run.Output);
    }

    [Theory]
    [InlineData("-INT", 130)]
    [InlineData("-TERM", 143)]
    public void A_signal_in_the_middle_of_a_run_leaves_nothing_half_written_and_the_lock_free(string signal, int status)
    {
        Rig.NeedsCommands("kill");
        using var folder = new TemporaryDirectory();
        var fixtures = Path.Combine(StagedModule.RepositoryRoot, "tests", "Pester", "Fixtures");
        var state = Path.Combine(folder.Path, "state");
        string[] Command(string path) =>
            [
                "-Command",
                $"$PatchToolsComposition = [PatchTools.CompositionOverride]@{{ Host = "
                    + $"[PatchTools.Hosts.HostContext]@{{ "
                    + "Environment = [System.Collections.Generic.Dictionary[string,string]]::new(); Paths = "
                    + "[PatchTools.Hosts.HostPaths]@{ "
                    + $"Root = '{fixtures}/debian'; StateDirectory = '{state}'; DataDirectory = "
                    + $"'{state}/patchtools-data' }} }} }}; 'ready'; "
                    + $"(Invoke-PatchBaseline -Operation Scan -Path {path} -MaxMetadataAge 36500 -LockTimeout "
                    + $"0).ExitCode",
            ];

        // It waits for its baseline on standard input, and holds the lock meanwhile.
        using (var process = HostProgram.Start(environment: null, Command("-")))
        {
            Assert.Equal("ready", LineOf(process));
            var held = Path.Combine(state, "patchtools-data", "lock", "run.lock");
            Assert.True(
                SpinWait.SpinUntil(() => File.Exists(held) && new FileInfo(held).Length > 0, TimeSpan.FromMinutes(2)),
                "the lock was never taken"
            );
            var busy = HostProgram.Run(Command($"{fixtures}/baseline.json"));
            Assert.Equal(170, busy.ExitCode);
            using (
                var kill = Process.Start(
                    "kill",
                    [signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]
                )
            )
                Assert.True(kill.WaitForExit(HostProgram.Deadline));
            Assert.True(process.WaitForExit(HostProgram.Deadline));
            Assert.Equal((status, ""), (process.ExitCode, process.StandardError.ReadToEnd()));
        }

        Assert.Equal(
            ["patchtools-data/lock/run.lock"],
            Directory
                .EnumerateFiles(state, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(state, path))
        );
        Assert.Equal(new HostRun(0, "ready\n0\n", ""), HostProgram.Run(Command($"{fixtures}/baseline.json")));
    }

    [Fact]
    public void The_version_names_the_module_and_the_engine() =>
        Assert.StartsWith(
            $"PatchTools {typeof(PatchRun).Assembly.GetName().Version!.ToString(3)}, PowerShell engine 7.",
            HostProgram.Run("-Version").Output,
            StringComparison.Ordinal
        );

    [Fact]
    public void Nothing_is_sent_home_and_no_debugger_socket_is_opened()
    {
        using var home = new TemporaryDirectory();
        var run = HostProgram.Run(
            null,
            new Dictionary<string, string>
            {
                ["HOME"] = home.Path,
                ["XDG_CACHE_HOME"] = home.Path,
                ["TMPDIR"] = home.Path,
            },
            "-Command",
            "1"
        );
        Assert.Equal(0, run.ExitCode);
        // The engine makes its two folders; a use report would leave an identity there, the debugger's socket a file.
        Assert.Empty(Directory.EnumerateFiles(home.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_module_that_is_not_there_is_named()
    {
        var run = HostProgram.Run(
            null,
            new Dictionary<string, string> { ["PATCHTOOLS_MODULE"] = "/nonexistent" },
            "-Command",
            "1"
        );
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("/nonexistent/PatchTools.psd1", run.Error, StringComparison.Ordinal);
    }

    private static string Script(TemporaryDirectory folder, string text)
    {
        var path = folder.File("script.ps1");
        File.WriteAllText(path, text);
        return path;
    }
}
