using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Planning;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Dnf.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// Parsers of what dnf, yum and rpm print. Recorded from dnf 4.14.0 and rpm 4.18.0: plans, problems, failing
/// scriptlets, signatures, downloads, locks. What yum 3 and dnf 5 print is in <see cref="DnfRecordingTests"/>.
/// </summary>
public sealed class DnfOutputTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_plan_of_dnf_4_is_read_from_one_line_for_each_package_and_not_from_its_table()
    {
        const string output = """
            --> Starting dependency resolution
            ---> Package kernel.x86_64 5.2-1 will be installed
            ---> Package new.x86_64 2.0-1 will be installed
            ---> Package old.x86_64 1.0-1 will be obsoleted
            ---> Package b.x86_64 1.0-1 will be upgraded
            ---> Package b.x86_64 1:1.1-1 will be an upgrade
            ---> Package multi.i686 1.0-1 will be upgraded
            ---> Package multi.i686 1.1-1 will be an upgrade
            ---> Package multi.x86_64 1.0-2 will be upgraded
            ---> Package multi.x86_64 1.1-1 will be an upgrade
            ---> Package dotted.name-with-hyphens.noarch 0.9^git1~rc2-3.el9_4.1 will be a downgrade
            --> Finished dependency resolution
            Dependencies resolved.
            ================================================================================
             Package           Architecture      Version              Repository       Size
            ================================================================================
            Installing:
             kernel            x86_64            5.2-1                base            5.4 k
                 replacing  old.x86_64 1.0-1

            Transaction Summary
            ================================================================================
            """;
        var answer = DnfAnswer.Parse(DnfTool.Dnf4, 1, output, "Operation aborted.\n");
        Assert.True(answer.HasSolution);
        Assert.Equal(
            [
                "Install kernel.x86_64  5.2-1",
                "Install new.x86_64  2.0-1",
                "Remove old.x86_64 1.0-1 ",
                "Upgrade b.x86_64 1.0-1 1:1.1-1",
                "Upgrade multi.i686 1.0-1 1.1-1",
                "Upgrade multi.x86_64 1.0-2 1.1-1",
                "Downgrade dotted.name-with-hyphens.noarch  0.9^git1~rc2-3.el9_4.1",
            ],
            Lines(answer)
        );
    }

    [Fact]
    public void Nothing_to_do_is_an_answer()
    {
        var answer = DnfAnswer.Parse(
            DnfTool.Dnf4,
            0,
            "Package a-1.0-1.x86_64 is already installed.\nDependencies resolved.\nNothing to do.\nComplete!\n",
            ""
        );
        Assert.True(answer.HasSolution);
        Assert.Empty(answer.Changes);
        Assert.True(answer.Brings(Target("a", "1.0-1")));
        Assert.False(answer.Brings(Target("a", "1.1-1")));
    }

    [Fact]
    public void Problems_are_told_apart_and_blame_the_versions_they_name()
    {
        const string error = """
            Error: 
             Problem 1: conflicting requests
              - nothing provides nowhere needed by unmet-1.1-1.x86_64 from base
             Problem 2: package confl-2:1.1-1.x86_64 from base conflicts with c provided by c-1.1-1.x86_64 from base
              - conflicting requests
            (try to add '--skip-broken' to skip uninstallable packages)
            """;
        var answer = DnfAnswer.Parse(DnfTool.Dnf4, 1, "", error);
        Assert.False(answer.HasSolution);
        Assert.Null(answer.Failure);
        Assert.Equal(
            "nothing provides nowhere needed by unmet-1.1-1.x86_64 from base",
            answer.Reason(Target("unmet", "1.1-1"))
        );
        Assert.True(answer.Blames(Target("confl", "2:1.1-1")));
        Assert.True(answer.Blames(Target("c", "1.1-1")));
        Assert.False(answer.Blames(Target("c", "1.2-1")));
        Assert.True(answer.Mentions("c"));
        Assert.False(answer.Mentions("unm"));
    }

    [Fact]
    public void What_nobody_offers_is_named_and_what_is_no_answer_is_a_failure()
    {
        var answer = DnfAnswer.Parse(
            DnfTool.Dnf4,
            1,
            "No match for argument: gone-0:1.1-1.x86_64\nAll matches were filtered out by exclude filtering "
                + "for argument: hidden-0:1.1-1.x86_64\n",
            "Error: Unable to find a match: gone-0:1.1-1.x86_64 hidden-0:1.1-1.x86_64\n"
        );
        Assert.Equal("no visible repository offers gone 1.1-1", answer.Reason(Target("gone", "1.1-1")));
        Assert.True(answer.Blames(Target("hidden", "1.1-1")));
        Assert.False(answer.Blames(Target("other", "1.1-1")));
        Assert.Equal(
            "Error: Cache-only enabled but no cache for 'base'",
            DnfAnswer.Parse(DnfTool.Dnf4, 1, "", "Error: Cache-only enabled but no cache for 'base'\n").Failure
        );
    }

    [Fact]
    public void Scriptlets_that_fail_are_failures_before_and_warnings_after()
    {
        const string output = """
              Preparing        :                                                        1/1 
              Running scriptlet: pre-1.1-1.x86_64                                       1/2 
            not today
            error: %prein(pre-1.1-1.x86_64) scriptlet failed, exit status 1

            Error in PREIN scriptlet in rpm package pre
              Running scriptlet: post-1.1-1.x86_64                                      1/2 
            the database is away
            warning: %post(post-1.1-1.x86_64) scriptlet failed, exit status 3

            Error in POSTIN scriptlet in rpm package post
              Running scriptlet: preun-1.0-2.x86_64                                     2/2 
            error: %preun(preun-1.0-2.x86_64) scriptlet failed, exit status 4

            Upgraded:
              preun-1.1-1.x86_64                                                            
            Failed:
              pre-1.0-1.x86_64       pre-1.1-1.x86_64       preun-1.0-2.x86_64              
              a-name-that-is-as-long-as-a-column-of-the-list-could-ever-be-and-longer-1.1-1.x86_64

            Error: Transaction failed
            """;
        var transcript = DnfTranscript.Parse(output);
        Assert.Equal("its %prein scriptlet failed, exit status 1 (not today)", transcript.PackageFailures["pre"]);
        Assert.Equal(
            "Transaction failed",
            transcript.PackageFailures["a-name-that-is-as-long-as-a-column-of-the-list-could-ever-be-and-longer"]
        );
        Assert.Equal(2, transcript.PackageFailures.Count);
        Assert.Equal(
            "post-1.1-1.x86_64: its %post scriptlet failed, exit status 3 (the database is away)",
            Assert.Single(transcript.ScriptWarnings)
        );
        Assert.Equal(
            "preun-1.0-2.x86_64: its %preun scriptlet failed, exit status 4; rpm keeps this version in its "
                + "database next to the new one",
            Assert.Single(transcript.ScriptFailures)
        );
    }

    [Fact]
    public void Signatures_downloads_conflicts_and_space_are_told_apart()
    {
        const string output = """
            [MIRROR] good-1.1-1.x86_64.rpm: Status code: 404 for http://user:secret@127.0.0.1:18765/base/good-1.1-1.x86_64.rpm?X-Amz-Signature=abc (IP: 127.0.0.1)
            [MIRROR] bad-1.1-1.x86_64.rpm: Downloading successful, but checksum doesn't match. Calculated: 4b97(sha256)  Expected: cffa(sha256) 
            [FAILED] good-1.1-1.x86_64.rpm: No more mirrors to try - All mirrors were already tried without success
            [FAILED] bad-1.1-1.x86_64.rpm: No more mirrors to try - All mirrors were already tried without success
            Error: Error downloading packages:
              good-1.1-1.x86_64: Cannot download, all mirrors were already tried without success
            Package plain-1.1-1.x86_64.rpm is not signed
            Public key for post-1.1-1.x86_64.rpm is not installed. Failing package is: post-1.1-1.x86_64
             GPG Keys are configured as: file:///srv/other.asc
            Error: GPG check FAILED
            Error: Transaction test error:
              file /usr/share/x/same from install of confl-1.1-1.x86_64 conflicts with file from package shell-1.0-1.x86_64
              installing package big-1.1-1.x86_64 needs 101MB more space on the / filesystem

            """;
        var transcript = DnfTranscript.Parse(output);
        Assert.Equal("good-1.1-1.x86_64.rpm: Status code: 404", transcript.DownloadFailures["good"]);
        Assert.Equal(
            "bad-1.1-1.x86_64.rpm: Downloading successful, but checksum doesn't match",
            transcript.DownloadFailures["bad"]
        );
        Assert.Equal(["plain", "post"], transcript.NotAuthenticated.Order(StringComparer.Ordinal));
        Assert.Equal(
            "file /usr/share/x/same from install of confl-1.1-1.x86_64 conflicts with file from package "
                + "shell-1.0-1.x86_64",
            transcript.PackageFailures["confl"]
        );
        Assert.DoesNotContain("big", transcript.PackageFailures.Keys);
        Assert.StartsWith("Transaction test error:", transcript.Reason, StringComparison.Ordinal);
        Assert.Null(transcript.DiskFull);
        Assert.DoesNotContain("secret", string.Join(' ', transcript.DownloadFailures.Values), StringComparison.Ordinal);
    }

    [Fact]
    public void What_yum_3_says_of_failures_is_understood_too()
    {
        var transcript = DnfTranscript.Parse(
            """
            Error downloading packages:
              gone-1.1-1.x86_64: [Errno 256] No more mirrors to try.

            error: %pre(pre-1.1-1.x86_64) scriptlet failed, exit status 1
            Error in PREIN scriptlet in rpm package pre-1.1-1.x86_64
            warning: %post(post-1.1-1.x86_64) scriptlet failed, exit status 3
            Non-fatal POSTIN scriptlet failure in rpm package post-1.1-1.x86_64
            """
        );
        Assert.Equal("gone-1.1-1.x86_64.rpm: No more mirrors to try.", transcript.DownloadFailures["gone"]);
        Assert.Equal("its %pre scriptlet failed, exit status 1", transcript.PackageFailures["pre"]);
        Assert.Single(transcript.ScriptWarnings);
    }

    [Fact]
    public void A_disk_that_runs_full_and_a_lock_at_the_last_moment_are_seen()
    {
        var full = DnfTranscript.Parse(
            "error: unpacking of archive failed on file /usr/share/big;65f: cpio: write failed - No space "
                + "left on device\nerror: big-1.1-1.x86_64: install failed\n"
        );
        Assert.Contains("No space left on device", full.DiskFull!, StringComparison.Ordinal);
        Assert.StartsWith("unpacking of archive failed", full.PackageFailures["big"], StringComparison.Ordinal);
        Assert.True(
            DnfTranscript
                .Parse(
                    "RPM: error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource "
                        + "temporarily unavailable)\nError: Could not run transaction.\n"
                )
                .IsLocked
        );
        Assert.True(
            DnfTranscript.Parse("RPMDB already locked by 28\n  The application with PID 28 is: sleep\n").IsLocked
        );
    }

    [Theory]
    [InlineData(
        "  Upgrading        : s-app-1.1-1.x86_64                                     1/2 ",
        "Upgrading s-app-1.1-1.x86_64"
    )]
    [InlineData(
        "(1/2): s-app-1.1-1.x86_64.rpm                    91 kB/s | 6.1 kB     00:00    ",
        "Downloading s-app-1.1-1.x86_64.rpm"
    )]
    [InlineData(
        "  Updating   : bash-4.2.46-34.el7.x86_64                                    1/2 ",
        "Updating bash-4.2.46-34.el7.x86_64"
    )]
    [InlineData(
        "[2/4] Prepare transaction                100% |  45.0   B/s |   2.0   B |  00m00s",
        "Prepare transaction"
    )]
    public void Progress_says_what_is_done_and_how_much_of_it(string line, string said)
    {
        var observer = new RecordingObserver();
        new DnfProgress(
            new HostContext { Paths = new HostPaths(), Environment = new Dictionary<string, string>() },
            observer,
            20,
            40
        ).Take(line);
        var report = Assert.Single(observer.ProgressReports);
        Assert.Equal(said, report.Status);
        Assert.InRange(report.Percent, 21, 39);
    }

    [Theory]
    [InlineData("glibc-2.34-100.el9.x86_64", "glibc", "2.34-100.el9", "x86_64")]
    [InlineData("NetworkManager-1:1.46.0-1.el9.x86_64", "NetworkManager", "1:1.46.0-1.el9", "x86_64")]
    [InlineData("a-b-c-0:1.1-1.noarch.rpm", "a-b-c", "1.1-1", "noarch")]
    [InlineData("r-dotted.name-1.0^git-1.el8_1.2.i686", "r-dotted.name", "1.0^git-1.el8_1.2", "i686")]
    public void A_version_as_rpm_prints_it_is_taken_apart(
        string text,
        string name,
        string edition,
        string architecture
    ) => Assert.Equal(new Nevra(name, edition, architecture), Nevra.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("bash")]
    [InlineData("bash.x86_64")]
    [InlineData("-1-1.x86_64")]
    [InlineData("a-1.x86_64")]
    public void What_is_no_version_is_none(string text) => Assert.Null(Nevra.TryParse(text));

    [Fact]
    public void Each_tool_is_asked_in_its_own_words_and_none_may_pass_over_what_it_cannot_do()
    {
        var dnf4 = Plan(DnfTool.Dnf4);
        var dnf5 = Plan(DnfTool.Dnf5);
        var yum = Plan(DnfTool.Yum3);
        Assert.Equal(
            "dnf --setopt=*.skip_if_unavailable=1 -C --setopt=exit_on_lock=1 --assumeno "
                + "--setopt=debuglevel=6 --best --setopt=strict=1 --exclude=x-0:1-1.noarch install a-0:1.1-1.x86_64",
            dnf4
        );
        Assert.Equal(
            "dnf5 --setopt=*.skip_if_unavailable=1 -C --setopt=exit_on_lock=1 --assumeno --best "
                + "--setopt=skip_broken=0 --setopt=skip_unavailable=0 --exclude=x-0:1-1.noarch install "
                + "a-0:1.1-1.x86_64",
            dnf5
        );
        Assert.Equal(
            "yum --setopt=*.skip_if_unavailable=1 -C --setopt=exit_on_lock=1 --assumeno "
                + "--setopt=debuglevel=2 --setopt=skip_broken=0 --exclude=x-0:1-1.noarch update a-0:1.1-1.x86_64",
            yum
        );

        string Plan(DnfTool tool) =>
            Commands(tool)
                .Plan([DnfCommands.Spec("a", "x86_64", "1.1-1")], [DnfCommands.Spec("x", "noarch", "1-1")])
                .ToString();
    }

    [Fact]
    public void A_transaction_cannot_be_interrupted_writes_to_files_and_every_code_is_an_answer()
    {
        var command = Commands(DnfTool.Dnf4)
            .Install([DnfCommands.Spec("a", "x86_64", "2:1.1-1")], [], new TransactionFiles("/log", "/status"));
        Assert.Equal(
            "dnf --setopt=*.skip_if_unavailable=1 -y --setopt=exit_on_lock=1 --setopt=*.metadata_expire=-1 "
                + "--best --setopt=strict=1 install a-2:1.1-1.x86_64",
            command.ToString()
        );
        Assert.False(command.Interruptible);
        Assert.Equal("/log", command.LogPath);
        Assert.Subset(command.ExpectedExitCodes.ToHashSet(), new HashSet<int> { -1, 0, 1, 3, 100, 137, 200 });
    }

    [Theory]
    [InlineData(0, "0 (done)")]
    [InlineData(1, "1 (failed)")]
    [InlineData(3, "3 (an error that it does not know)")]
    [InlineData(100, "100 (updates are available)")]
    [InlineData(137, "137 (ended by signal 9)")]
    [InlineData(200, "200 (a lock was held)")]
    [InlineData(7, "7")]
    public void Exit_codes_are_named(int code, string name) => Assert.Equal(name, DnfExitCode.Describe(code));

    [Fact]
    public void The_baselines_own_sources_are_a_file_of_PatchTools_that_only_root_can_read()
    {
        var command = Commands(DnfTool.Dnf4, "[own]\nbaseurl=https://user:secret@example.org/\n").Plan(["a"], []);
        Assert.Contains($"--setopt=reposdir={_folder.Path}/dnf-sources", command.Arguments);
        Assert.DoesNotContain("secret", command.ToString(), StringComparison.Ordinal);
        var file = Path.Combine(_folder.Path, "dnf-sources", "baseline.repo");
        Assert.Contains("[own]", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static IEnumerable<string> Lines(DnfAnswer answer) =>
        answer.Changes.Select(c => $"{c.Action} {c.Name}.{c.Architecture} {c.FromVersion} {c.ToVersion}");

    private static PatchTarget Target(string name, string edition) =>
        new()
        {
            Name = name,
            Architecture = "x86_64",
            Edition = edition,
            Id = $"{name}.x86_64",
        };

    private DnfCommands Commands(DnfTool tool, string? sources = null) =>
        new(
            new HostContext
            {
                Paths = new HostPaths { DataDirectory = _folder.Path },
                IsRoot = true,
                Environment = new Dictionary<string, string>(),
            },
            tool,
            new InstallRequest
            {
                Inventory = null!,
                Targets = [],
                Dependencies = null!,
                CustomSources = sources,
            }
        );
}
