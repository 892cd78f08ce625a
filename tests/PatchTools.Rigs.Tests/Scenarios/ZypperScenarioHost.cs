using System.Text.Json;
using System.Text.Json.Nodes;
using PatchTools.Testing.Aws;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// A host of zypper: a Debian's own zypper and rpm in a throw-away root that says it is a SUSE, with an rpm database of
/// synthetic packages and repositories behind a loopback server that a test may break. apt and dpkg are gone from it.
/// </summary>
internal sealed class ZypperScenarioHost : IDisposable
{
    public const string Base = "base";
    private readonly LoopbackAws _aws;
    private string? _configuration;
    private int _patches;

    public ZypperScenarioHost(
        byte[]? snapshot = null,
        OverlayOptions? options = null,
        bool isSigned = false,
        RigSystem? system = null
    )
    {
        system ??= RigSystem.Sles15;
        IsSigned = isSigned;
        Archive = new SyntheticRpmArchive();
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

        // Debian keeps rpm's database below the home directory.
        Root.Shell("rm -rf /etc/apt /root/.rpmdb && mkdir -p /etc/rpm /var/lib/rpm /etc/zypp/repos.d /etc/products.d")
            .Expect();
        Root.Write("/etc/rpm/macros.rig", "%_dbpath /var/lib/rpm\n");
        Root.Write("/etc/os-release", system.OsRelease + "\n");
        Root.Write(
            "/etc/products.d/SLES.prod",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<product "
                + "schemeversion=\"0\"><vendor>SUSE</vendor><name>SLES</name><version>15.5</version><release>"
                + "0</release><endoflife>2040-12-31</endoflife><arch>x86_64</arch></product>\n"
        );
        Root.Shell("ln -s SLES.prod /etc/products.d/baseproduct").Expect();
        Configure("multiversion = provides:multiversion(kernel)");
        Repository(Base);
        Installed(
            Suse("s-shell", "1.0-1")
                .With("Provides", "/bin/sh")
                .With("Provides", "suse-release = 15.5")
                // A later libzypp calls a system without it broken and solves nothing.
                .With("Provides", "glibc = 2.40")
        );
    }

    public bool IsSigned { get; }

    public SyntheticRpmArchive Archive { get; }

    public ArchiveServer Server { get; }

    public OverlayRoot Root { get; }

    public IReadOnlyList<RecordedRequest> Requests => _aws.Requests;

    /// <summary>A package of SUSE's own.</summary>
    public static SyntheticRpm Suse(string name, string edition) =>
        new SyntheticRpm(name, edition).With("Vendor", "SUSE LLC <https://www.suse.com/>");

    /// <summary>A rule for whatever a patch calls security.</summary>
    public static byte[] Security(Action<JsonObject>? change = null, params string[] classifications) =>
        Baselines.Security(
            "SUSE",
            baseline =>
            {
                var values = string.Join(
                    ", ",
                    (classifications.Length == 0 ? ["Security"] : classifications).Select(c => $"\"{c}\"")
                );
                baseline["approvalRules"]!["rules"]![0]!["filterGroup"] = JsonNode.Parse(
                    $$"""
                    { "filters": [ { "key": "CLASSIFICATION", "values": [ {{values}} ] },
                                   { "key": "SEVERITY", "values": [ "*" ] } ] }
                    """
                );
                change?.Invoke(baseline);
            }
        );

    /// <summary>Lines of libzypp's main section.</summary>
    public ZypperScenarioHost Configure(string lines) => Write("/etc/zypp/zypp.conf", $"[main]\n{lines}\n");

    public ZypperScenarioHost Repository(string alias, string lines = "") =>
        Write(
            $"/etc/zypp/repos.d/{alias}.repo",
            $"[{alias}]\nname=The {alias} "
                + $"one\nenabled=1\nautorefresh=1\ntype=rpm-md\nbaseurl={Server.Address}/{alias}\ngpgcheck=0\n"
                + $"{(IsSigned ? "pkg_gpgcheck=1\n" : "")}{lines}\n"
        );

    public ZypperScenarioHost Write(string file, string text)
    {
        Root.Write(file, text);
        return this;
    }

    /// <summary>Installs packages as they were before.</summary>
    public ZypperScenarioHost Installed(params IReadOnlyList<SyntheticRpm> packages)
    {
        foreach (var package in packages)
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

    /// <summary>The repository offers packages, and a patch names them.</summary>
    public ZypperScenarioHost Patch(
        string category,
        Func<SyntheticAdvisory, SyntheticAdvisory> change,
        params IReadOnlyList<SyntheticRpm> packages
    )
    {
        Archive.Add(Base, packages);
        Archive.Add(
            Base,
            change(new SyntheticAdvisory($"RIG-SLE-15-SP5-2026-{++_patches}", packages) { Type = category })
        );
        return this;
    }

    /// <summary>A security patch.</summary>
    public ZypperScenarioHost Fixes(params IReadOnlyList<SyntheticRpm> packages) => Patch("security", p => p, packages);

    /// <summary>The repository offers packages that no patch names.</summary>
    public ZypperScenarioHost Offers(params IReadOnlyList<SyntheticRpm> packages)
    {
        Archive.Add(Base, packages);
        return this;
    }

    /// <summary>Publishes what was added, and takes the administrator's own files as those that must stay.</summary>
    public ZypperScenarioHost Ready()
    {
        Archive.Add(Base);
        Archive.Publish();
        _configuration = Fingerprint();
        return this;
    }

    /// <summary>
    /// Runs an install; the administrator's files must be as they were, and nothing of the run's own may be left.
    /// </summary>
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

    public void AssertConfigurationIsTheAdministrators()
    {
        Assert.Equal(_configuration, Fingerprint());
        Assert.False(Root.Exists("/var/lib/patchtools/zypper-exclusions"));
    }

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

    /// <summary>Every package with its edition, one a line.</summary>
    public string Packages() => Root.Shell("rpm -qa --qf '%{NEVRA}\n' | sort").Output;

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

    /// <summary>Command lines of zypper's transactions in libzypp's own history, oldest first.</summary>
    public IReadOnlyList<string> History() =>
        Root.Exists("/var/log/zypp/history")
            ?
            [
                .. Root.Read("/var/log/zypp/history")
                    .Split('\n')
                    .Where(l => l.Contains("|command|", StringComparison.Ordinal)),
            ]
            : [];

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
    }

    private string Fingerprint() => Root.Fingerprint("/etc/zypp");
}
