using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Help;
using PatchTools.Snapshots;
using PatchTools.Testing.Aws;
using PatchTools.Tests.Conformance;

namespace PatchTools.Tests;

/// <summary>
/// Every example of the help is run, in the order of its page, in one session on one made-up host with AWS in this
/// process; what it shows is what the page shows. With <c>PATCHTOOLS_APPROVE=1</c> the page is given what is shown.
/// </summary>
[Collection(ProcessEnvironment.Name)]
public sealed partial class ExampleTests
{
    /// <summary>Columns of the pages.</summary>
    private const int Width = 80;

    /// <summary>Shown lines of one example; the rest is cut with an ellipsis.</summary>
    private const int MostLines = 30;

    private static readonly string _pages = Path.Combine(StagedModule.RepositoryRoot, "module", "docs", "en-US");

    public static TheoryData<string> Cmdlets => [.. Surface.Cmdlets.Select(Surface.NameOf)];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void The_examples_of_the_page_run_and_show_what_it_shows(string name)
    {
        Rig.NeedsCommands("apt-get");
        var path = Path.Combine(_pages, name + ".md");
        var text = File.ReadAllText(path);
        using var stage = new Stage();
        var expected = Example()
            .Replace(
                text,
                match =>
                {
                    var shown = stage.Run(match.Groups["code"].Value);
                    Assert.True(match.Groups["output"].Success || !stage.HasFailed, shown);
                    return match.Groups["output"].Success
                        ? $"```powershell\n{match.Groups["code"].Value}```\n\n```output\n{shown}```\n"
                        : match.Value;
                }
            );
        if (Approval.IsWriting)
            File.WriteAllText(path, expected);
        else
            Assert.Equal(expected, text);
    }

    /// <summary>Code below the heading of an example, and its output where there is some.</summary>
    [GeneratedRegex(
        @"(?<=### Example \d+: "
            + @"[^\n]*\n\n)```powershell\n(?<code>(?:(?!```).)*)```\n(?:\n```output\n(?<output>(?:(?!```).)*)```\n)?",
        RegexOptions.Singleline
    )]
    private static partial Regex Example();

    /// <summary>The shell of one page.</summary>
    private sealed partial class Stage : IDisposable
    {
        private readonly ExampleHost _host = new();
        private readonly RecordingHost _screen = new(Width, colours: false) { ShowsWarnings = true };
        private readonly LoopbackAws _aws;
        private readonly EnvironmentScope _environment;
        private readonly Runspace _runspace;
        private int _shown;

        public Stage()
        {
            var baseline = SnapshotReader
                .Read(File.ReadAllBytes(Path.Combine(_host.Folder, "baseline.json")), "baseline.json")
                .Baseline with
            {
                BaselineId = "pb-0123456789abcdef0",
            };
            _aws = LoopbackAws.Start(
                new LoopbackAwsOptions { Snapshot = SnapshotWriter.WriteDocument(baseline, "web") }
            );
            foreach (var bucket in new[] { "patches", "patches-us-east-1" })
                _aws.Objects[$"{bucket}/patchtools/PatchTools-0.1.0.tar.gz"] = ExampleHost.Bundle();
            _aws.Fleet.Instances =
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(i => new LoopbackInstance($"i-{i:x17}")
                    {
                        Name = $"web-{i}",
                        PatchGroup = i < 4 ? "web" : "",
                        Missing = i,
                        Failed = i == 3 ? 1 : 0,
                        ExitCode = i == 3 ? 1 : 0,
                        Tags = new Dictionary<string, string>
                        {
                            ["Role"] = "web",
                            ["Env"] = i < 3 ? "prod" : "test",
                            ["ResourceGroup"] = "front",
                        },
                    }),
            ];
            _environment = new EnvironmentScope(_aws.Environment);
            var state = InitialSessionState.CreateDefault();
            state.ThrowOnRunspaceOpenError = true;
            state.ImportPSModule([StagedModule.Manifest]);
            state.Variables.Add(
                new SessionStateVariableEntry(
                    CompositionOverride.VariableName,
                    new CompositionOverride { Host = _host.Context, PollInterval = TimeSpan.FromMilliseconds(1) },
                    description: null
                )
            );
            state.Variables.Add(
                new SessionStateVariableEntry(
                    "AnswerOfTheService",
                    Encoding.UTF8.GetString(SnapshotWriter.WriteServiceBaseline(baseline)),
                    description: null
                )
            );
            state.Variables.Add(
                new SessionStateVariableEntry(
                    "sha256",
                    "bcc1b4768673c722757892308e971cf7f2045c95e43790d4373dde0c69e65314",
                    description: null
                )
            );
            _runspace = RunspaceFactory.CreateRunspace(_screen, state);
            _runspace.Open();
            Invoke(
                $"Set-Location '{_host.Folder}'; function aws {{ $AnswerOfTheService }}; Get-PatchInventory "
                    + $"-Root image | Export-PatchInventory -Path image.inventory"
            );
            foreach (var minutes in new[] { 90, 30 })
            {
                _host.Now = Samples.Noon.AddMinutes(-minutes);
                Invoke("Invoke-PatchBaseline -Operation Scan -Default -StateDirectory patch > $null");
            }

            _host.Now = Samples.Noon;
            Assert.False(HasFailed, _screen.Output);
        }

        /// <summary>The last code that was run showed an error.</summary>
        public bool HasFailed { get; private set; }

        /// <summary>What the prompt would show of the code.</summary>
        public string Run(string code)
        {
            Invoke(code);
            var text = _screen.Output[_shown..];
            _shown = _screen.Output.Length;
            return Shown(text);
        }

        public void Dispose()
        {
            _runspace.Dispose();
            _environment.Dispose();
            _aws.Dispose();
            _host.Dispose();
        }

        private void Invoke(string code)
        {
            using var shell = PowerShell.Create(_runspace);
            shell.AddScript(code.TrimEnd(), useLocalScope: false).AddCommand("Out-Default");
            shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            try
            {
                shell.Invoke();
                HasFailed = shell.HadErrors;
            }
            catch (RuntimeException failure)
            {
                HasFailed = true;
                using var words = PowerShell.Create(_runspace);
                words.AddCommand("Out-Default").Invoke(new[] { failure.ErrorRecord });
            }
        }

        /// <summary>
        /// Without what differs from run to run: folders, ids, hashes, times of files; without empty lines at both
        /// ends; no longer than fits on a page.
        /// </summary>
        private string Shown(string text)
        {
            text = text.Replace(_host.Folder, "/srv", StringComparison.Ordinal)
                .Replace(_aws.Url.ToString(), "https://ssm.us-east-1.amazonaws.com/", StringComparison.Ordinal);
            text = Guids().Replace(text, "4bb0bf97-659e-4b83-a30f-f00119a01077");
            text = Hashes()
                .Replace(
                    text,
                    match => string.Concat(Enumerable.Range(0, match.Length).Select(i => "0123456789abcdef"[i % 16]))
                );
            text = FileTimes().Replace(text, "03/14/2026 12:00");
            Assert.DoesNotContain(text.Split('\n'), line => line.Length > Width && !IsMessage(line));
            List<string> lines =
            [
                .. text.Split('\n')
                    .Select(line => line.TrimEnd())
                    .SelectMany(line =>
                        Wrapped(line.StartsWith("ERROR ", StringComparison.Ordinal) ? line["ERROR ".Length..] : line)
                    ),
            ];
            while (lines.Count > 0 && lines[0].Length == 0)
                lines.RemoveAt(0);
            while (lines.Count > 0 && lines[^1].Length == 0)
                lines.RemoveAt(lines.Count - 1);
            if (lines.Count > MostLines)
                lines = [.. lines.Take(MostLines), "…"];
            return string.Concat(lines.Select(line => line + "\n"));
        }

        /// <summary>What has no view: the shell writes it on one line, and the terminal breaks it.</summary>
        private static bool IsMessage(string line) =>
            line.StartsWith("ERROR ", StringComparison.Ordinal)
            || line.StartsWith("WARNING: ", StringComparison.Ordinal)
            || line.StartsWith("What if: ", StringComparison.Ordinal)
            || line.Contains("/srv", StringComparison.Ordinal);

        /// <summary>As a terminal would, but at words.</summary>
        private static IEnumerable<string> Wrapped(string line) =>
            line.Length <= Width ? [line] : PlainText.Wrap(line, Width);

        [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")]
        private static partial Regex Guids();

        [GeneratedRegex("(?!0{64})[0-9a-f]{32,}|(?<=[0-9a-f]{32}\n +)[0-9a-f]+")]
        private static partial Regex Hashes();

        [GeneratedRegex(@"\d\d/\d\d/\d{4} \d\d:\d\d")]
        private static partial Regex FileTimes();
    }
}
