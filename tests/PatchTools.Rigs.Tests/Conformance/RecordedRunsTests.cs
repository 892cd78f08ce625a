using System.Security.Cryptography;
using System.Text;
using PatchTools.Rigs.Tests.Crash;
using PatchTools.Testing.Aws;
using PatchTools.Testing.Conformance;

namespace PatchTools.Rigs.Tests.Conformance;

/// <summary>
/// The recorded runs on a real apt and dpkg, and on a real dnf or zypper and rpm: requests, states, markers and
/// packages after every step.
/// </summary>
public sealed class RecordedRunsTests
{
    public static TheoryData<string> Installs => [.. RecordedCase.Names.Where(RecordedCase.Installs)];

    /// <summary>Whose refresh is worth a real one.</summary>
    public static TheoryData<string> RefreshedScans => [.. Scans];

    private static readonly string[] Scans = ["scan-default", "scan-nonsecurity", "scan-custom-sources"];

    [Theory]
    [MemberData(nameof(RefreshedScans))]
    public void A_recorded_scan_comes_out_the_same_with_a_real_refresh(string name) =>
        Hold(RecordedCase.Load(name), installs: false);

    [Theory]
    [MemberData(nameof(Installs))]
    public void A_recorded_install_comes_out_the_same_but_for_its_listed_divergences(string name) =>
        Hold(RecordedCase.Load(name), installs: true);

    /// <summary>
    /// Through the program: all of them where every case is tried (<c>.ci/long</c>), else one of eight, by the seed.
    /// </summary>
    public static TheoryData<string> ProgramCases =>
        [.. RecordedCase.Names.Where(name => RecordedCase.Installs(name) || Scans.Contains(name)).Where(IsDrawn)];

    [Theory]
    [MemberData(nameof(ProgramCases))]
    public void The_program_does_what_was_recorded_too(string name)
    {
        NativeProgram.Need();
        Hold(RecordedCase.Load(name), RecordedCase.Installs(name), byProgram: true);
    }

    private static bool IsDrawn(string name)
    {
        if (Places.IsExhaustive || name == "scan-default")
            return true;
        var seed = Environment.GetEnvironmentVariable("PATCHTOOLS_SEED") is { Length: > 0 } text ? text : "20261130";
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {name}"))[0] < 256 / 8;
    }

    private static void Hold(RecordedCase recorded, bool installs, bool byProgram = false)
    {
        var output = TestContext.Current.TestOutputHelper;
        using IDisposable universe = recorded.IsRpm
            ? new RecordedRpmUniverse(recorded.Universe)
            : new RecordedUniverse(recorded.Universe);
        using var root = universe is RecordedRpmUniverse rpm
            ? recorded.IsSuse
                ? SuseRootOf(rpm, recorded)
                : RootOf(rpm, recorded)
            : RootOf((RecordedUniverse)universe);
        var comparison = new RecordedComparison(recorded)
        {
            Log = output is null ? null : output.WriteLine,
            InstallsSince = installs ? TimeProvider.System.GetUtcNow().AddSeconds(-2) : null,
        };
        var configuration =
            recorded.IsSuse ? "/etc/zypp"
            : recorded.IsRpm ? "/etc/yum.repos.d"
            : "/etc/apt";
        var sources = root.Fingerprint(configuration);
        LoopbackAws? aws = null;
        try
        {
            for (var i = 0; i < recorded.Steps.Count; i++)
            {
                var step = recorded.Steps[i];
                if (step.Before is { } line)
                    root.Shell(line).Expect();
                if (aws is null || step.FreshService)
                {
                    comparison.Take(aws);
                    aws?.Dispose();
                    aws = comparison.StartService();
                }

                root.UseAws(aws, step.InstanceId, step.CredentialsFromMetadata);
                root.Environment["SSM_COMMAND_ID"] = "99999999-8888-4777-8666-555555555555";
                var run = PatchRuns.Invoke(
                    root,
                    $"-Operation {step.Operation} -SnapshotId 11111111-2222-4333-8444-555555555555 "
                        + $"-RebootOption {step.RebootOption} "
                        + $"-BaselineOverride '{step.BaselineOverride}' -InstallOverrideList "
                        + $"'{step.InstallOverrideList}'"
                        + (step.AssociationId is null ? "" : $" -AssociationId {step.AssociationId}")
                        + (step.AssociationId is null ? "" : $" -AssociationSeverity {step.AssociationSeverity}"),
                    byProgram || PatchRuns.AreThePrograms
                );
                output?.WriteLine($"step {i}: {run.ExitCode} {run.ErrorId}\n{run.Error}");
                comparison.CompareExitCode(i, run.ExitCode, run.ErrorId);
                comparison.CompareStateFiles(i, root.Path("/var/log/amazon/ssm"));
                if (installs)
                {
                    comparison.CompareTree(i, root.Path("/var/log/amazon/ssm"));
                    comparison.ComparePackages(
                        i,
                        recorded.IsRpm
                            ? root.Run(
                                "rpm",
                                "-qa",
                                "--qf",
                                "%{NAME}.%{ARCH}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n"
                            ).Output
                            : root.Run(
                                "dpkg-query",
                                "-W",
                                "-f",
                                "${Package}:${Architecture}\t${Version}\t${Status}\n"
                            ).Output
                    );
                }

                Assert.Equal(sources, root.Fingerprint(configuration));
            }

            comparison.Take(aws);
        }
        finally
        {
            aws?.Dispose();
        }

        comparison.AssertOnlyListedDifferences();
    }

    /// <summary>
    /// The host of the recordings: a minimal Debian that only knows the synthetic packages, booted an hour ago.
    /// </summary>
    private static OverlayRoot RootOf(RecordedUniverse universe)
    {
        var root = new OverlayRoot(
            new OverlayOptions
            {
                Binds = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["/srv/repo"] = universe.Repository,
                    ["/srv/dpkg"] = universe.Database,
                },
            }
        );
        root.Shell("rm -rf /var/lib/dpkg && cp -a /srv/dpkg /var/lib/dpkg && rm -rf /etc/apt/sources.list.d/*")
            .Expect();
        root.Write("/var/lib/apt/extended_states", File.ReadAllText(universe.ExtendedStates));
        root.Write("/etc/apt/sources.list", RecordedUniverse.SourcesList);
        root.Write(
            "/etc/os-release",
            "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nNAME=\"Debian "
                + "GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
        );
        return root;
    }

    /// <summary>
    /// The Red Hat of the recordings: no package but the synthetic ones, an enabled module stream, one repository.
    /// </summary>
    private static OverlayRoot RootOf(RecordedRpmUniverse universe, RecordedCase recorded)
    {
        var root = new OverlayRoot(
            new OverlayOptions
            {
                Packages = ["dnf", "dnf-plugins-core", "rpm"],
                Binds = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["/srv/x/repo"] = universe.Repository,
                    ["/srv/rpmdb"] = universe.Database,
                },
            }
        );
        root.Shell(
                "rm -rf /etc/apt /root/.rpmdb /etc/dnf/plugins/local.conf "
                    + "/usr/lib/python3/dist-packages/dnf-plugins/local.py && mkdir -p /etc/rpm && rm -rf "
                    + "/var/lib/rpm && cp -a /srv/rpmdb /var/lib/rpm"
            )
            .Expect();
        root.Write("/etc/rpm/macros.rig", "%_dbpath /var/lib/rpm\n");
        root.Write("/etc/os-release", recorded.OsRelease!);
        root.Write("/etc/dnf/dnf.conf", "[main]\ngpgcheck=0\ninstallonly_limit=3\nbest=True\n");
        root.Write(
            "/etc/yum.repos.d/fake.repo",
            "[fake]\nname=fake\nbaseurl=file:///srv/x/repo\nenabled=1\ngpgcheck=0\n"
        );
        root.Write("/etc/dnf/modules.d/rmodon.module", "[rmodon]\nname=rmodon\nstream=1\nprofiles=\nstate=enabled\n");
        return root;
    }

    /// <summary>The SUSE of the recordings: no package but the synthetic ones, one repository.</summary>
    private static OverlayRoot SuseRootOf(RecordedRpmUniverse universe, RecordedCase recorded)
    {
        var root = new OverlayRoot(
            new OverlayOptions
            {
                Packages = ["zypper", "rpm"],
                Binds = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["/srv/x/repo"] = universe.Repository,
                    ["/srv/rpmdb"] = universe.Database,
                },
            }
        );
        root.Shell(
                "rm -rf /etc/apt /root/.rpmdb && mkdir -p /etc/rpm /etc/zypp/repos.d /etc/products.d && rm "
                    + "-rf /var/lib/rpm && cp -a /srv/rpmdb /var/lib/rpm && ln -s SLES.prod "
                    + "/etc/products.d/baseproduct"
            )
            .Expect();
        root.Write("/etc/rpm/macros.rig", "%_dbpath /var/lib/rpm\n");
        root.Write("/etc/os-release", recorded.OsRelease!);
        root.Write(
            "/etc/products.d/SLES.prod",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<product "
                + "schemeversion=\"0\"><vendor>SUSE</vendor><name>SLES</name><version>15.3</version><release>"
                + "0</release><arch>x86_64</arch></product>\n"
        );
        root.Write(
            "/etc/zypp/repos.d/fake.repo",
            "[fake]\nname=fake\nenabled=1\nautorefresh=1\nbaseurl=dir:///srv/x/repo\ntype=rpm-md\ngpgcheck=0\nrepo_gpgcheck=0\npkg_gpgcheck=0\n"
        );
        return root;
    }
}
