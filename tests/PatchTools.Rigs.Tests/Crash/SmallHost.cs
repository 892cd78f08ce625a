using System.Text.Json;
using PatchTools.Testing.Aws;

namespace PatchTools.Rigs.Tests.Crash;

/// <summary>How one run of the host program ended.</summary>
/// <param name="ExitCode">137 where it was killed.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record SmallRun(int ExitCode, string Output, string Error)
{
    public bool WasKilled => ExitCode == 137;

    /// <summary>The id of a PatchTools error that ended it; null for none.</summary>
    public string? ErrorId =>
        Output
            .Split('\n')
            .Where(l => l.StartsWith("error ", StringComparison.Ordinal))
            .Select(l => l["error ".Length..])
            .FirstOrDefault();
}

/// <summary>
/// A Debian of a few packages that the host program reads as root's own, its state in a directory of the test, and the
/// service on loopback.
/// </summary>
internal sealed class SmallHost : IDisposable
{
    private readonly TemporaryDirectory _folder = new(Environment.IsPrivilegedProcess ? "/var/lib" : null);
    private readonly LoopbackAws _aws = LoopbackAws.Start(
        new LoopbackAwsOptions { Product = "Debian12", Snapshot = Baselines.Security() }
    );

    public string Data => Path.Combine(_folder.Path, "data");

    public string State => Path.Combine(_folder.Path, "ssm");

    /// <summary>Where tests name files.</summary>
    public string Named => Path.Combine(_folder.Path, "named");

    public string Log => Path.Combine(_folder.Path, "places.log");

    public LoopbackAws Aws => _aws;

    public static string Fixtures { get; } = Path.Combine(BuiltHost.RepositoryRoot, "tests", "Pester", "Fixtures");

    public string PathOf(string name) => Path.Combine(_folder.Path, name);

    /// <summary>Everything as before the first run.</summary>
    public void Clear()
    {
        foreach (var directory in new[] { Data, State, Named })
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }

        Directory.CreateDirectory(Named);
        File.Delete(Log);
    }

    /// <summary>
    /// What an earlier host left: a report that could not be sent, states that are damaged, and the temporary file of a
    /// run that was killed.
    /// </summary>
    public void LeaveTrouble()
    {
        var configuration = Path.Combine(State, "patch-configuration");
        Directory.CreateDirectory(configuration);
        File.WriteAllText(Path.Combine(configuration, "patch-states-configuration.json"), "{ damaged");
        File.WriteAllText(Path.Combine(configuration, ".patchtools-2147483647-0badcafe-1.tmp"), "half");
    }

    /// <summary>Runs a script in which the cmdlets see this host.</summary>
    public SmallRun Run(string script, Blow? blow = null, bool watches = false) =>
        Run(
            [],
            script,
            watches || blow is not null ? Places.Variables(Places.Library, Log, blow, Data, State, Named) : null
        );

    /// <summary>The same below strace.</summary>
    public SmallRun Trace(string script, string output) =>
        Run(["/usr/bin/strace", .. Places.StraceOptions(output)], script, variables: null);

    private SmallRun Run(IEnumerable<string> prefix, string script, IReadOnlyDictionary<string, string>? variables)
    {
        var environment = new Dictionary<string, string>(_aws.Environment, StringComparer.Ordinal)
        {
            ["DOTNET_ROOT"] = BuiltHost.DotnetFolder,
            ["DOTNET_EnableDiagnostics"] = "0",
            ["PATH"] = "/usr/bin:/bin",
            ["HOME"] = _folder.Path,
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            environment[name] = value;
        var run = RigProcess.Run(
            "env",
            [
                "-i",
                .. prefix,
                .. prefix.Any() ? (string[])["/usr/bin/env", "-i"] : [],
                .. environment.Select(v => $"{v.Key}={v.Value}"),
                $"{BuiltHost.Folder}/patchtools-host",
                "-NonInteractive",
                "-Command",
                Prelude() + script,
            ]
        );
        return new SmallRun(run.ExitCode, run.Output, run.Error);
    }

    private string Prelude() =>
        $$"""
            $known = [System.Collections.Generic.Dictionary[string,string]]::new()
            $known['AWS_SSM_INSTANCE_ID'] = 'i-0123456789abcdef0'
            $known['AWS_SSM_REGION_NAME'] = 'us-east-1'
            $PatchToolsComposition = [PatchTools.CompositionOverride]@{ Host = [PatchTools.Hosts.HostContext]@{
                Environment = $known; IsRoot = $true
                Paths = [PatchTools.Hosts.HostPaths]@{ Root = '{{Fixtures}}/debian'; StateDirectory = '{{State}}'; DataDirectory = '{{Data}}' } } }
            function Attempt($work) {
                try { & $work } catch {
                    if ($null -eq $_.Exception.ExitCode) { "untyped $_"; exit 99 }
                    "error $($_.FullyQualifiedErrorId.Split(',')[0])"
                    exit $_.Exception.ExitCode
                }
            }

            """;

    /// <summary>Files that were to be whole and are not, and those that nobody will ever take away.</summary>
    /// <param name="mayHaveLeftovers">The run was killed; the next one sweeps.</param>
    public IEnumerable<string> Wrongs(bool mayHaveLeftovers)
    {
        foreach (var directory in new[] { Data, State, Named }.Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
            {
                if (Path.GetFileName(file).EndsWith(".tmp", StringComparison.Ordinal))
                {
                    if (!mayHaveLeftovers)
                        yield return $"{file} is left";
                }
                else if (file.EndsWith(".json", StringComparison.Ordinal) && !IsWhole(file))
                {
                    yield return $"{file} is half-written";
                }
            }
        }
    }

    public void Dispose()
    {
        _aws.Dispose();
        _folder.Dispose();
    }

    private static bool IsWhole(string file)
    {
        var text = File.ReadAllText(file);
        if (text == "{ damaged")
            return true;
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
