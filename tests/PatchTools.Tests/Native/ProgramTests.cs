using System.Text.Json;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Native.Table;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Tests.Native;

/// <summary>The program as a person or SSM's agent calls it.</summary>
public sealed partial class ProgramTests
{
    private const string NoFile = "/nonexistent/snapshot.json";

    [Fact]
    public void Version_is_that_of_the_module()
    {
        var manifest = File.ReadAllText(Path.Combine(StagedModule.RepositoryRoot, "PatchTools.psd1"));
        var version = Regex.Match(manifest, "ModuleVersion\\s*=\\s*'([0-9.]+)'").Groups[1].Value;
        Assert.Equal($"PatchTools {version}\n", BuiltProgram.Run("version").Expect().Output);
    }

    [Theory]
    [InlineData("scan --no-such-option")]
    [InlineData("no-such-command")]
    [InlineData("scan --reboot-option Perhaps")]
    [InlineData("scan --reboot-option 1")]
    [InlineData("install --time-budget soon")]
    [InlineData("scan --default --path /etc/hostname")]
    [InlineData("scan --path=")]
    [InlineData("scan --default --no-refresh --exec-on Sometimes=/bin/true")]
    [InlineData("scan --default --no-refresh --exec-on Always=true")]
    public void Arguments_that_a_command_does_not_take_end_with_64_and_where_to_look(string arguments)
    {
        var run = BuiltProgram.Run(arguments.Split(' '));
        Assert.Equal(64, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.EndsWith("--help says what it takes.\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_names_every_command_and_of_a_command_every_option()
    {
        var help = BuiltProgram.Run("--help").Expect().Output;
        Assert.All(CommandTable.All, command => Assert.Contains(command.Name, help, StringComparison.Ordinal));
        var scan = CommandTable.All.Single(command => command.Name == "scan");
        var options = BuiltProgram.Run("scan", "--help").Expect().Output;
        Assert.All(scan.Options, option => Assert.Contains($"{option.Name} ", options, StringComparison.Ordinal));
    }

    /// <summary>The same as the module's host: code, message, what to do, in the words of each.</summary>
    [Fact]
    public void A_failure_has_the_code_and_the_words_that_the_module_gives_it()
    {
        var module = HostProgram.Run("-Command", $"Get-PatchSnapshot -Path {NoFile}");
        var program = BuiltProgram.Run("scan", "--path", NoFile, "--no-refresh");
        Assert.Equal(module.ExitCode, program.ExitCode);
        Assert.Equal(
            module.Error.TrimEnd().Replace("Get-PatchSnapshot: ", "patchtools scan: ", StringComparison.Ordinal)
                + "\nError SnapshotNotFound, exit status 143.\n",
            program.Error
        );
    }

    [Fact]
    public void Advice_names_options_as_they_are_typed_here()
    {
        var run = BuiltProgram.Run("scan", "--default", "--endpoint-url", "nowhere");
        Assert.Equal(PatchErrors.InvalidLocation.ExitCode, run.ExitCode);
        Assert.StartsWith("patchtools scan: --endpoint-url \"nowhere\"", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_of_others_reach_the_terminal_escaped()
    {
        var run = BuiltProgram.Run("scan", "--path", "/nonexistent/\u001b[2Jgone");
        Assert.DoesNotContain("\u001b", run.Error, StringComparison.Ordinal);
        Assert.Contains("\\x1b[2Jgone", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Of this very host, whatever it is: the same view, but for the run's own time and snapshot.</summary>
    [Fact]
    public void A_scan_prints_what_the_module_shows()
    {
        Rig.NeedsFile("/var/lib/dpkg/status");
        using var here = new TemporaryDirectory();
        string[] directories =
        [
            Directory.CreateDirectory(here.File("module/x")).Parent!.FullName,
            here.File("program"),
        ];
        var module = HostProgram.Run(
            standardInput: null,
            new Dictionary<string, string> { ["COLUMNS"] = "100", ["NO_COLOR"] = "1" },
            "-Command",
            $"$r = Invoke-PatchBaseline -Operation Scan -Default -NoRefresh -StateDirectory {directories[0]}; "
                + "$r; exit $r.ExitCode"
        );
        var program = BuiltProgram.Run("scan", "--default", "--no-refresh", "--state-directory", directories[1]);

        Assert.Equal(module.ExitCode, program.ExitCode);
        Assert.Equal(
            Lasting(module.Output).Replace("-As Detail", "--as Detail", StringComparison.Ordinal),
            Lasting(program.Output)
        );
        Assert.Equal(Files(directories[0]), Files(directories[1]));

        static string Lasting(string view) => Moment().Replace(view, "Scan ").Trim('\n');

        static IEnumerable<string> Files(string folder) =>
            Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => Hash().Replace(Path.GetRelativePath(folder, file), "…"))
                .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Json_is_one_document_of_the_form_of_the_export()
    {
        Rig.NeedsFile("/var/lib/dpkg/status");
        using var here = new TemporaryDirectory();
        var scan = BuiltProgram.Run(
            "scan",
            "--default",
            "--no-refresh",
            "--json",
            "--what-if",
            "--state-directory",
            here.Path
        );
        using var report = JsonDocument.Parse(scan.Output);
        Assert.Equal("patchtools-report/1", report.RootElement.GetProperty("format").GetString());
        Assert.Equal(scan.ExitCode, report.RootElement.GetProperty("exitCode").GetInt32());
        Assert.False(Path.Exists(Path.Combine(here.Path, "patch-configuration")));
        foreach (var command in (string[])["inventory", "reboot-required", "version"])
        {
            using var document = JsonDocument.Parse(BuiltProgram.Run(command, "--json").Expect().Output);
            Assert.StartsWith(
                "patchtools-",
                document.RootElement.GetProperty("format").GetString()!,
                StringComparison.Ordinal
            );
        }
    }

    [Theory]
    [InlineData("Problem", "Failure 143 SnapshotNotFound: ")]
    [InlineData("Failure", "Failure 143 SnapshotNotFound: ")]
    [InlineData("Compliant", "")]
    public void A_program_is_told_of_the_results_it_wants_to_know(string when, string told)
    {
        // Root runs only what is root's alone, with every directory above it: a home is.
        using var here = new TemporaryDirectory(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        var hook = here.File("hook");
        File.WriteAllText(hook, $"#!/bin/sh\necho \"$@\" > {here.Path}/told\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var run = BuiltProgram.Run("scan", "--path", NoFile, "--no-refresh", "--exec-on", $"{when}={hook}");
        Assert.Equal(143, run.ExitCode);
        var file = Path.Combine(here.Path, "told");
        Assert.StartsWith(told, File.Exists(file) ? File.ReadAllText(file) : "", StringComparison.Ordinal);
        Assert.Equal(told.Length > 0, File.Exists(file));
    }

    [Fact]
    public void The_manual_page_explains_every_option_and_every_error()
    {
        var page = BuiltProgram.Run("--man").Expect().Output.Replace("\\-", "-", StringComparison.Ordinal);
        Assert.StartsWith(".TH PATCHTOOLS 1 ", page, StringComparison.Ordinal);
        Assert.All(
            CommandTable.All.SelectMany(command => command.Options),
            option => Assert.Contains($"\\fB{option.Name}\\fR", page, StringComparison.Ordinal)
        );
        Assert.All(
            PatchErrors.All,
            error => Assert.Contains($".B \"{error.Id} ({error.ExitCode})\"", page, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("sc", "scan")]
    [InlineData("scan --snap", "--snapshot-id")]
    [InlineData("install --reboot-option No", "NoReboot")]
    [InlineData("reboot-required --q", "--quiet")]
    public void Bash_completes_commands_options_and_words(string typed, string completed)
    {
        Rig.NeedsCommands("bash");
        using var here = new TemporaryDirectory();
        var file = here.File("completion");
        File.WriteAllText(file, BuiltProgram.Run("--completion").Expect().Output);
        using var process = RigProcess.Start(
            "bash",
            [
                "-c",
                $"source {file}; COMP_WORDS=(patchtools {typed}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); "
                    + "_patchtools; echo \"${COMPREPLY[@]}\"",
            ]
        );
        Assert.Equal($"{completed}\n", process.Wait().Expect().Output);
    }

    [GeneratedRegex("^Scan +[0-9].*$\\n?(^ {12}.*$\\n)*", RegexOptions.Multiline)]
    private static partial Regex Moment();

    [GeneratedRegex("[0-9]{8}T[0-9]{6}Z-[0-9a-f]+|[0-9a-f]{16,}|[0-9TZ:.-]{15,}")]
    private static partial Regex Hash();
}
