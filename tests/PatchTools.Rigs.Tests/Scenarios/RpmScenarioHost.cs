using System.Text.Json;
using System.Text.Json.Nodes;
using PatchTools.Testing.Aws;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// A host of dnf: a Debian's own dnf and rpm in a throw-away root that says it is a Red Hat or one of its kin, with an
/// rpm database of synthetic packages and repositories behind a loopback server that a test may break. apt and dpkg are
/// gone from it.
/// </summary>
internal sealed class RpmScenarioHost : IDisposable
{
    public const string Base = "base";
    private const string Key = "/etc/pki/rpm-gpg/RPM-GPG-KEY-synthetic";
    private readonly LoopbackAws _aws;
    private readonly string _tool;
    private readonly RpmSigningKey? _key;
    private string? _configuration;
    private int _advisories;

    public RpmScenarioHost(
        byte[]? snapshot = null,
        OverlayOptions? options = null,
        bool isSigned = false,
        RigSystem? system = null
    )
    {
        system ??= RigSystem.Rhel9;
        _tool = system.Tool;
        _key = isSigned ? new RpmSigningKey() : null;
        Archive = new SyntheticRpmArchive { Key = _key };
        Server = new ArchiveServer(Archive.Folder);
        Root = new OverlayRoot(system.Apply(options));
        _aws = LoopbackAws.Start(
            new LoopbackAwsOptions
            {
                Product = system.Product,
                Snapshot = Baselines.For(system.OperatingSystem, snapshot ?? Security()),
            }
        );
        Root.UseAws(_aws);
        Root.Environment["SSM_COMMAND_ID"] = Guid.NewGuid().ToString();

        // Debian keeps rpm's database below the home directory, and has plugins that add a repository of their own.
        // Where dnf 5 is the tool, it is what dnf means.
        Root.Shell(
                "rm -rf /etc/apt /root/.rpmdb /etc/dnf/plugins/local.conf "
                    + "/usr/lib/python3/dist-packages/dnf-plugins/local.py /etc/dnf/libdnf5-plugins/local.conf; "
                    + "mkdir -p /etc/rpm /var/lib/rpm /etc/yum.repos.d"
                    + (_tool == "dnf5" ? "; ln -sf dnf5 /usr/bin/dnf" : "")
            )
            .Expect();
        Root.Write("/etc/rpm/macros.rig", "%_dbpath /var/lib/rpm\n");
        Root.Write("/etc/os-release", system.OsRelease + "\n");
        if (_key is not null)
            Root.Write(Key, File.ReadAllText(_key.PublicKey));
        Configure();
        Repository(Base);
        Installed(
            new SyntheticRpm("redhat-release", "9.4-1") { Architecture = "noarch" }
                .With("Provides", "system-release = 9.4-1")
                .With("Provides", "system-release(releasever) = 9"),
            Shell
        );
    }

    /// <summary>
    /// Installed and offered on every host: by its vendor the base repository is the operating system's.
    /// </summary>
    private static SyntheticRpm Shell { get; } = new SyntheticRpm("s-shell", "1.0-1").With("Provides", "/bin/sh");

    public SyntheticRpmArchive Archive { get; }

    public ArchiveServer Server { get; }

    public OverlayRoot Root { get; }

    public IReadOnlyList<RecordedRequest> Requests => _aws.Requests;

    /// <summary>A rule for whatever an advisory names a security update.</summary>
    public static byte[] Security(Action<JsonObject>? change = null) =>
        Baselines.Security(
            "REDHAT_ENTERPRISE_LINUX",
            baseline =>
            {
                baseline["approvalRules"]!["rules"]![0]!["filterGroup"] = JsonNode.Parse(
                    """
                    { "filters": [ { "key": "CLASSIFICATION", "values": [ "Security" ] },
                                   { "key": "SEVERITY", "values": [ "*" ] } ] }
                    """
                );
                change?.Invoke(baseline);
            }
        );

    /// <summary>Further lines of dnf's main section.</summary>
    public RpmScenarioHost Configure(string lines = "") =>
        Write(
            "/etc/dnf/dnf.conf",
            $"[main]\ngpgcheck={(_key is null ? 0 : 1)}\ninstallonly_limit=3\nbest=True\nretries=1\n{lines}\n"
        );

    public RpmScenarioHost Repository(string id, string lines = "") =>
        Write(
            $"/etc/yum.repos.d/{id}.repo",
            $"[{id}]\nname={id}\nbaseurl={Server.Address}/{id}\n{(_key is null ? "" : $"gpgkey=file://{Key}\n")}{lines}\n"
        );

    /// <summary>Locks a package to a version, as this tool's administrator would.</summary>
    public RpmScenarioHost Locks(string name, string edition) =>
        _tool == "dnf5"
            ? Write(
                "/etc/dnf/versionlock.toml",
                $"version = \"1.0\"\n[[packages]]\nname = \"{name}\"\n[[packages.conditions]]\nkey = \"evr\"\n"
                    + $"comparator = \"=\"\nvalue = \"{edition}\"\n"
            )
            : Write("/etc/dnf/plugins/versionlock.list", $"{name}-0:{edition}.*\n");

    /// <summary>Enables a module stream.</summary>
    public RpmScenarioHost Enables(string module, string stream) =>
        _tool == "dnf5"
            ? Write(
                "/usr/lib/sysimage/libdnf5/modules.toml",
                $"version = \"1.0\"\n[modules]\n[modules.{module}]\nenabled_stream = \"{stream}\"\n"
                    + "installed_profiles = []\nstate = \"Enabled\"\n"
            )
            : Write(
                $"/etc/dnf/modules.d/{module}.module",
                $"[{module}]\nname={module}\nstream={stream}\nprofiles=\nstate=enabled\n"
            );

    public RpmScenarioHost Write(string file, string text)
    {
        Root.Write(file, text);
        return this;
    }

    /// <summary>Installs packages as they were before.</summary>
    public RpmScenarioHost Installed(params IReadOnlyList<SyntheticRpm> packages)
    {
        // One vendor makes the system: its repository is known by offering what it has made.
        foreach (var package in packages.Select(package => package.With("Vendor", "Rig")))
        {
            Root.Write($"/var/tmp/rpms/{package.FileName}", "");
            File.WriteAllBytes(Root.Path($"/var/tmp/rpms/{package.FileName}"), package.Build());
        }

        // Debian's rpm asks to be told that it means it; a later one no longer knows the word.
        Root.Shell(
                "d=--force-debian; rpm $d --version >/dev/null 2>&1 || d=; rpm -i $d --nodeps --nosignature "
                    + "/var/tmp/rpms/*.rpm && rm -r /var/tmp/rpms"
            )
            .Expect();
        return this;
    }

    /// <summary>The repository offers packages, and an advisory calls them security updates.</summary>
    public RpmScenarioHost Fixes(string repository, params IReadOnlyList<SyntheticRpm> packages)
    {
        Archive.Add(repository, packages);
        Archive.Add(repository, new SyntheticAdvisory($"RIG-2026:{++_advisories:0000}", packages));
        return this;
    }

    public RpmScenarioHost Fixes(params IReadOnlyList<SyntheticRpm> packages) => Fixes(Base, packages);

    /// <summary>The repository offers packages that no advisory names.</summary>
    public RpmScenarioHost Offers(params IReadOnlyList<SyntheticRpm> packages)
    {
        Archive.Add(Base, packages);
        return this;
    }

    /// <summary>Publishes what was added, and takes the administrator's own files as those that must stay.</summary>
    public RpmScenarioHost Ready()
    {
        Archive.Add(Base, Shell);
        Archive.Publish();
        _configuration = Fingerprint();
        return this;
    }

    /// <summary>Runs an install; the administrator's files must be as they were.</summary>
    public PatchRunResult Install(string arguments = "-RebootOption NoReboot")
    {
        var run = PatchRuns.Invoke(Root, $"-Operation Install {arguments}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.ExitCode} {run.ErrorId}\n{run.Output}\n{run.Error}");
        TestContext.Current.TestOutputHelper?.WriteLine(Root.Shell("cat /var/lib/patchtools/logs/*").Output);
        AssertConfigurationIsTheAdministrators();
        return run;
    }

    public PatchRunResult Scan(string arguments = "") => PatchRuns.Invoke(Root, $"-Operation Scan {arguments}");

    public RigProcess StartInstall(string arguments = "-RebootOption NoReboot") =>
        PatchRuns.Start(Root, $"-Operation Install {arguments}");

    public void AssertConfigurationIsTheAdministrators() => Assert.Equal(_configuration, Fingerprint());

    /// <summary>Editions that rpm has of a package, oldest first.</summary>
    public IReadOnlyList<string> EditionsOf(string package) =>
        [
            .. Root.Run("rpm", "-q", "--qf", "%{EVR}\n", package)
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(l => !l.Contains("not installed", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    public void AssertInstalled(string package, params IReadOnlyList<string> editions) =>
        Assert.Equal(editions, EditionsOf(package));

    /// <summary>No package is there twice, and every dependency is met.</summary>
    public void AssertNothingIsHalfDone() =>
        Assert.Equal("", Root.Run("dnf", "-C", "-q", "check", "--duplicates").Expect().Output);

    /// <summary>Every package with its edition, one a line.</summary>
    public string Packages() => Root.Shell("rpm -qa --qf '%{NEVRA}\n' | sort").Output;

    /// <summary>Module streams of the base repository, each of one package.</summary>
    public void AddStreams(
        params IReadOnlyList<(string Module, string Stream, bool IsDefault, string Package)> streams
    ) =>
        Archive.AddModules(
            Base,
            string.Concat(
                streams.Select(s =>
                    $"---\ndocument: modulemd\nversion: 2\ndata:\n  name: {s.Module}\n  stream: \"{s.Stream}\"\n"
                    + $"  version: 1\n  context: \"0000000{s.Stream}\"\n  arch: x86_64\n  summary: synthetic\n"
                    + "  description: synthetic\n  license:\n    module: [MIT]\n  dependencies: [{}]\n"
                    + $"  artifacts:\n    rpms:\n    - {s.Package}\n...\n"
                    + (
                        s.IsDefault
                            ? $"---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {s.Module}\n"
                                + $"  stream: \"{s.Stream}\"\n  profiles: {{}}\n...\n"
                            : ""
                    )
                )
            )
        );

    public string RpmList() => Root.Shell("rpm -qa --qf '%{NEVRA} %{INSTALLTIME}\n' | sort").Output;

    /// <summary>States by title, as the states file records them.</summary>
    public Dictionary<string, string> SavedStates()
    {
        using var document = JsonDocument.Parse(
            Root.Read($"{ScenarioHost.StateDirectory}/patch-configuration/patch-states-configuration.json")
        );
        return document
            .RootElement.GetProperty("patchStates")
            .EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value.GetProperty("state").GetString()!, StringComparer.Ordinal);
    }

    /// <summary>
    /// Puts a script in the place of the tool that does something else once, before the first call with a certain
    /// argument.
    /// </summary>
    /// <param name="argument">Of the call that it comes before.</param>
    /// <param name="program">The tool.</param>
    /// <param name="arguments">What the tool itself is called with before; <c>--version</c> changes nothing.</param>
    /// <param name="line">A line of shell that comes before, too.</param>
    public void Before(string argument, string program, string arguments, string line = ":")
    {
        Root.Run("mv", program, program + ".real").Expect();
        Root.WriteScript(
            program,
            $"#!/bin/sh\ncase \"$*\" in *{argument}*) if mkdir /var/tmp/once 2>/dev/null; then {line}; "
                + $"{program}.real {arguments} >/var/tmp/once/said 2>&1; fi;; esac\nexec {program}.real \"$@\"\n"
        );
    }

    /// <summary>Two pipes by which a scriptlet waits for the test.</summary>
    public Gate Gate() => new(Root);

    public void Dispose()
    {
        Root.Dispose();
        _aws.Dispose();
        Server.Dispose();
        Archive.Dispose();
        _key?.Dispose();
    }

    private string Fingerprint() => Root.Fingerprint("/etc/yum.repos.d") + Root.Fingerprint("/etc/dnf");
}
