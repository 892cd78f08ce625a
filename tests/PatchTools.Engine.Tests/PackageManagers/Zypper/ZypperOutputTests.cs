using PatchTools.Families.Zypper.Commands;
using PatchTools.Families.Zypper.Planning;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Families.Zypper.Refresh;
using PatchTools.Families.Zypper.Transaction;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>What zypper 1.14.42 with libzypp 17.25.7 printed.</summary>
public sealed class ZypperOutputTests
{
    internal const string Summary = """
        <?xml version='1.0'?>
        <stream>
        <message type="info">Loading repository data...</message>
        <message type="info">Reading installed packages...</message>
        <message type="info">Resolving package dependencies...</message>
        <install-summary download-size="21992" space-usage-diff="-512" packages-to-change="4">
        <to-upgrade>
        <solvable type="package" name="d" edition="1:2.0-1" arch="noarch" edition-old="1.0-1" arch-old="noarch" summary="x &amp; y">
        <description>x</description></solvable>
        </to-upgrade>
        <to-change-vendor>
        <solvable type="package" name="d" edition="1:2.0-1" arch="noarch" edition-old="1.0-1" arch-old="noarch" summary="x">
        <description>x</description></solvable>
        </to-change-vendor>
        <to-install>
        <solvable type="package" name="newdep" edition="1.0-1" arch="noarch" summary="x">
        <description>x</description></solvable>
        <solvable type="product" name="SLES" edition="15.5-0" arch="x86_64" summary="x">
        <description>x</description></solvable>
        </to-install>
        <to-remove>
        <solvable type="package" name="g" edition="1.0-1" arch="noarch" summary="x">
        <description>x</description></solvable>
        </to-remove>
        <to-downgrade>
        <solvable type="package" name="h" edition="1.0-1" arch="noarch" edition-old="2.0-1" arch-old="noarch" summary="x">
        <description>x</description></solvable>
        </to-downgrade>
        </install-summary>
        <prompt id="0">
        <text>Continue?</text>
        <option default="1" value="y" desc="Yes, accept the summary and proceed with installation/removal of packages."/>
        </prompt>
        </stream>
        """;

    internal const string Conflict = """
        <?xml version='1.0'?>
        <stream>
        <message type="info">Resolving package dependencies...</message>
        <prompt id="1">
        <description>2 Problems:
        Problem: nothing provides nothere needed by c-2.0-1.noarch
        Problem: f-2.0-1.noarch conflicts with g provided by g-1.0-1.noarch

        Problem: nothing provides nothere needed by c-2.0-1.noarch
         Solution 1: do not install c-2.0-1.noarch
         Solution 2: break c-2.0-1.noarch by ignoring some of its dependencies
        </description>
        <text>Choose from above solutions by number or cancel</text>
        </prompt>
        </stream>
        """;

    internal const string Locked = """
        <?xml version='1.0'?>
        <stream>
        <prompt id="1">
        <description>Problem: conflicting requests
         Solution 1: Following actions will be done:
          remove lock to allow installation of a-1.2-1.noarch[one]
          remove lock to allow removal of a-1.0-1.noarch
         Solution 2: do not ask to install a solvable providing a.noarch = 1.2-1
        </description>
        <text>Choose from above solutions by number or cancel</text>
        </prompt>
        </stream>
        """;

    internal const string Refresh = """
        <?xml version='1.0'?>
        <stream>
        <progress id="raw-refresh" name="Retrieving repository &apos;Dead one&apos; metadata" value="0"/>
        <message type="error">Repository &apos;Dead one&apos; is invalid.
        [dead|https://user:secret@dead.example/] Valid metadata not found at specified URL
        History:
         - [dead|https://user:secret@dead.example/] Repository type can&apos;t be determined.

        Please check if the URIs defined for this repository are pointing to a valid repository.
        </message>
        <message type="error">Skipping repository &apos;Dead one&apos; because of the above error.</message>
        <message type="info">Repository &apos;Http&apos; is up to date.</message>
        <message type="error">Some of the repositories have not been refreshed because of an error.</message>
        </stream>
        """;

    internal const string Transaction = """
        Retrieving package a-1.2-1.noarch (1/4),   5.4 KiB (    0   B unpacked)
        Retrieving package gone-2.0-1.noarch (2/4),   5.4 KiB (    0   B unpacked)
        File './noarch/gone-2.0-1.noarch.rpm' not found on medium 'http://user:secret@127.0.0.1:8765/'
        Package bad-2.0-1.noarch (Repo One) seems to be corrupted during transfer. Do you want to retry retrieval?
        lic-2.0-1.noarch (Repo One): Signature verification failed [6-File is unsigned]
        Detected 1 file conflict:

        File /usr/share/fx/x
          from install of
             fb-2.0-1.noarch (Repo One)
          conflicts with file from package
             fa-1.0-1.noarch (@System)

        (1/4) Installing: a-1.2-1.noarch [......done]
        Additional rpm output:
        post words
        warning: %post(t-2.0-1.noarch) scriptlet failed, exit status 3


        (3/4) Installing: s-2.0-1.noarch [...error]
        Installation of s-2.0-1.noarch failed:
        Error: Subprocess failed. Error: RPM failed: not today
        error: %prein(s-2.0-1.noarch) scriptlet failed, exit status 1
        error: s-2.0-1.noarch: install failed
        error: s-1.0-1.noarch: erase skipped

        Abort, retry, ignore? [a/r/i] (a): a
        Problem occurred during or after installation or removal of packages:
        Installation has been aborted as directed.
        Please see the above error message for a hint.
        """;

    [Fact]
    public void A_summary_is_read_whole_with_what_changes_its_vendor()
    {
        var answer = ZypperAnswer.Parse(0, Summary, "");

        Assert.True(answer.HasSolution);
        Assert.Equal((21992, -512), (answer.DownloadBytes, answer.InstalledSizeChange));
        Assert.Equal(
            [
                "Upgrade d.noarch 1.0-1 → 1:2.0-1",
                "Install newdep.noarch  → 1.0-1",
                "Remove g.noarch 1.0-1 → ",
                "Downgrade h.noarch 2.0-1 → 1.0-1",
            ],
            answer.Changes.Select(c => $"{c.Action} {c.Name}.{c.Architecture} {c.FromVersion} → {c.ToVersion}")
        );
        Assert.Equal("d", Assert.Single(answer.VendorChanges).Name);
    }

    [Fact]
    public void Each_problem_is_laid_at_the_door_of_the_package_that_it_is_about()
    {
        var answer = ZypperAnswer.Parse(4, Conflict, "");

        Assert.False(answer.HasSolution);
        Assert.True(answer.Blames(Target("c", "2.0-1")));
        Assert.True(answer.Blames(Target("f", "2.0-1")));
        Assert.False(answer.Blames(Target("a", "2.0-1")));
        Assert.True(answer.Mentions("g"));
        Assert.Equal("f-2.0-1.noarch conflicts with g provided by g-1.0-1.noarch", answer.Reason(Target("f", "2.0-1")));
    }

    [Fact]
    public void A_lock_in_the_way_is_part_of_the_reason()
    {
        var answer = ZypperAnswer.Parse(4, Locked, "");

        Assert.True(answer.Blames(Target("a", "1.2-1")));
        Assert.Equal(
            "conflicting requests; remove lock to allow installation of a-1.2-1.noarch[one]",
            answer.Reason(Target("a", "1.2-1"))
        );
    }

    [Theory]
    [InlineData(
        104,
        "<stream><message type=\"error\">Package &apos;nope.noarch=2.0-1&apos; not found.</message></stream>",
        true
    )]
    [InlineData(
        7,
        "<stream><message type=\"error\">System management is locked by the application with pid 16317 "
            + "(zypper).</message></stream>",
        false
    )]
    [InlineData(0, "", false)]
    [InlineData(0, "<stream><install-summary download-size=\"1\"", false)]
    [InlineData(139, "", false)]
    public void An_answer_that_is_none_is_a_failure_and_never_an_empty_plan(
        int exitCode,
        string output,
        bool isUnmatched
    )
    {
        var answer = ZypperAnswer.Parse(exitCode, output, "");

        Assert.False(answer.HasSolution);
        Assert.Empty(answer.Changes);
        Assert.Equal(isUnmatched, answer.Blames(Target("nope", "2.0-1")));
        Assert.Equal(isUnmatched, answer.Failure is null);
    }

    [Fact]
    public void A_refresh_names_each_repository_that_failed_by_alias_and_without_its_address()
    {
        ZypperRepository[] repositories =
        [
            new()
            {
                Alias = "dead",
                Name = "Dead one",
                DefinedIn = "x",
            },
            new()
            {
                Alias = "h",
                Name = "Http",
                DefinedIn = "x",
            },
        ];

        var failures = ZypperRefresh.Failures(Refresh, repositories);

        Assert.Equal(
            [
                KeyValuePair.Create(
                    "dead",
                    "Valid metadata not found at specified URL: Repository type can't be determined."
                ),
            ],
            failures
        );
    }

    [Fact]
    public void A_transaction_lays_each_failure_at_its_package_and_shows_no_address()
    {
        var transcript = ZypperTranscript.Parse(Transaction);

        Assert.Equal(
            "%prein(s-2.0-1.noarch) scriptlet failed, exit status 1 (not today)",
            transcript.PackageFailures["s"]
        );
        Assert.Equal("/usr/share/fx/x is also in fa-1.0-1.noarch", transcript.PackageFailures["fb"]);
        Assert.Equal("its signature was not accepted: 6-File is unsigned", transcript.PackageFailures["lic"]);
        Assert.Equal(["lic"], transcript.NotAuthenticated);
        Assert.Equal(
            "./noarch/gone-2.0-1.noarch.rpm was not found in the repository",
            transcript.DownloadFailures["gone"]
        );
        Assert.Contains("digest verification failed", transcript.DownloadFailures["bad"], StringComparison.Ordinal);
        Assert.Equal(
            ["t is installed, but its %post scriptlet failed: exit status 3 (post words)"],
            transcript.ScriptWarnings
        );
        Assert.Equal("Installation has been aborted as directed.", transcript.Reason);
        Assert.DoesNotContain(
            transcript.DownloadFailures.Values.Concat(transcript.PackageFailures.Values),
            t => t.Contains("secret", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(102, true)]
    [InlineData(103, true)]
    [InlineData(106, true)]
    [InlineData(107, true)]
    [InlineData(4, false)]
    [InlineData(7, false)]
    [InlineData(8, false)]
    [InlineData(104, false)]
    [InlineData(105, false)]
    public void Quirk_informational_exit_codes_of_zypper_are_successes(int code, bool isSuccess) =>
        Assert.Equal(isSuccess, ZypperExitCode.IsSuccess(code));

    [Fact]
    public void The_transaction_agrees_to_licences_and_takes_no_key()
    {
        using var folder = new TemporaryDirectory();
        var host = new HostContext
        {
            Paths = new HostPaths { DataDirectory = folder.Path },
            Environment = new Dictionary<string, string>(),
        };
        var command = new ZypperCommands(host, null, hasPrivateCache: false, TimeSpan.FromSeconds(90)).Install(
            [Target("a", "1:1.2-1")],
            null,
            TransactionFiles.Create(host, "zypper")
        );

        Assert.Equal(
            "zypper --non-interactive --no-refresh install --name --no-recommends --no-force-resolution "
                + "--auto-agree-with-licenses -- a.noarch=1:1.2-1",
            command.ToString()
        );
        Assert.DoesNotContain(
            command.Arguments,
            a => a.Contains("gpg", StringComparison.Ordinal) || a.Contains("vendor", StringComparison.Ordinal)
        );
        Assert.Equal("90", command.Environment["ZYPP_LOCK_TIMEOUT"]);
        Assert.False(command.Environment.ContainsKey("ZYPP_CONF"));
        Assert.False(command.Interruptible);
    }

    [Fact]
    public void The_baselines_own_sources_are_a_file_of_PatchTools_that_only_root_can_read()
    {
        using var folder = new TemporaryDirectory();
        var host = new HostContext
        {
            Paths = new HostPaths { DataDirectory = folder.Path },
            Environment = new Dictionary<string, string>(),
        };
        var command = new ZypperCommands(
            host,
            "[own]\nbaseurl=https://user:secret@example.org/\n",
            hasPrivateCache: true,
            TimeSpan.Zero
        ).Refresh();

        Assert.Equal(
            $"zypper --reposd-dir {folder.Path}/zypper-sources --cache-dir {folder.Path}/zypper-cache "
                + $"--non-interactive --xmlout refresh",
            command.ToString()
        );
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(folder.Path, "zypper-sources/baseline.repo"))
        );
    }

    [Fact]
    public void What_must_not_be_taken_comes_with_the_administrators_own_locks_and_is_gone_afterwards()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(
            folder.File("etc/zypp/locks"),
            "\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: mine\n\n"
        );
        File.WriteAllText(folder.File("etc/zypp/zypp.conf"), "[main]\nsolver.onlyRequires = true\n");
        var host = new HostContext
        {
            Paths = new HostPaths { DataDirectory = Path.Combine(folder.Path, "data") },
            Environment = new Dictionary<string, string>(),
        };
        var exclusions = new ZypperExclusions(host, ZypperConfiguration.Read(folder.Path, null, []));

        Assert.Null(exclusions.Apply([]));
        var settings = exclusions.Apply([new Exclusion("bad", "2:1.0-1"), Exclusion.Parse("worse 1.0-1")])!;

        Assert.StartsWith(
            "[main]\nsolver.onlyRequires = true\n\n[main]\nlocksfile.path = ",
            File.ReadAllText(settings),
            StringComparison.Ordinal
        );
        var locks = PackageLocks.Read(Path.Combine(Path.GetDirectoryName(settings)!, "locks"), []);
        Assert.Equal(["mine", "bad == 2:1.0-1", "worse == 1.0-1"], locks.Entries.Select(l => l.Text));
        exclusions.Remove();
        Assert.False(Directory.Exists(Path.GetDirectoryName(settings)));
    }

    [Fact]
    public void Progress_rises_through_downloads_and_installs()
    {
        var observer = new RecordingObserver();
        var progress = new ZypperProgress(
            new HostContext { Paths = new HostPaths(), Environment = new Dictionary<string, string>() },
            observer,
            20,
            90
        );

        foreach (var line in Transaction.Split('\n'))
            progress.Take(line);

        Assert.Equal(
            [
                "Downloading a-1.2-1.noarch",
                "Downloading gone-2.0-1.noarch",
                "Installing a-1.2-1.noarch",
                "Installing s-2.0-1.noarch",
            ],
            observer.ProgressReports.Select(p => p.Status)
        );
        Assert.Equal(
            observer.ProgressReports.Select(p => p.Percent).Order(),
            observer.ProgressReports.Select(p => p.Percent)
        );
    }

    [Fact]
    public void Vendors_are_equivalent_by_group_and_everything_of_suse_is_one()
    {
        var alone = new ZypperVendors([]);
        Assert.True(alone.AreEquivalent("SUSE LLC <https://www.suse.com/>", "suse package hub"));
        Assert.False(alone.AreEquivalent("SUSE LLC <https://www.suse.com/>", "openSUSE"));
        Assert.False(alone.AreEquivalent("", "openSUSE"));
        Assert.True(alone.AreEquivalent("obs://x", "OBS://X"));
        var leap = new ZypperVendors([
            ["openSUSE", "SUSE", "SUSE LLC <https://www.suse.com/>"],
            ["NVIDIA", "Packman"],
        ]);
        Assert.True(leap.AreEquivalent("SUSE LLC <https://www.suse.com/>", "openSUSE"));
        Assert.False(leap.AreEquivalent("openSUSE Build Service", "SUSE"));
        Assert.True(leap.AreEquivalent("NVIDIA Corporation", "packman.links2linux.de"));
    }

    [Fact]
    public void Locks_are_read_in_every_form_that_libzypp_writes_and_unknown_ones_are_named()
    {
        const string text = """

            type: package
            version: == 2.0-1
            match_type: glob
            case_sensitive: on
            solvable_name: h


            repo: one
            type: package
            match_type: exact
            case_sensitive: on
            solvable_name: newdep


            type: patch
            match_type: glob
            solvable_name: SUSE-*


            type: package
            match_type: regex
            case_sensitive: off
            solvable_name: ^KERNEL-.*-devel$


            solvable_summary: something

            """;
        List<string> warnings = [];

        var all = new PackageLocks("/etc/zypp/locks", PackageLocks.Parse(text, "/etc/zypp/locks", warnings));
        var locks = all.Entries;

        Assert.Equal(["h == 2.0-1", "newdep (repository one)", "^KERNEL-.*-devel$"], locks.Select(l => l.Text));
        Assert.True(locks[0].MatchesOffer("h", "2.0-1", "one"));
        Assert.False(locks[0].Matches("h", "1.0-1"));
        Assert.True(locks[1].MatchesOffer("newdep", "1.0-1", "one"));
        Assert.False(locks[1].MatchesOffer("newdep", "1.0-1", "two"));
        Assert.False(locks[1].Matches("newdep", "1.0-1"));
        Assert.True(locks[2].Matches("kernel-default-devel", "1-1"));
        Assert.Contains("solvable_summary", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.True(Assert.Single(all.Patches).MatchesOffer("SUSE-2026-1", "1", "one"));
    }

    private static PatchTarget Target(string name, string edition) =>
        new()
        {
            Name = name,
            Architecture = "noarch",
            Edition = edition,
            Id = name,
        };
}
