using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Planning;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Dnf.Refresh;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// What the parsers make of recorded output of yum 3 and dnf 5, which run on none of the systems that the tests run on.
/// </summary>
public sealed class DnfRecordingTests
{
    [Fact]
    public void Every_recording_names_its_tool_and_its_source()
    {
        foreach (var name in Recording.Names)
            Assert.Contains(Path.GetFileName(name), Recording.Sources, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_of_yum_3_is_read_with_what_comes_along_and_its_size()
    {
        var answer = Yum("plan-declined");
        Assert.True(answer.HasSolution);
        Assert.Equal(
            ["Install postgresql10-devel.x86_64  10.11-2PGDG.rhel7", "Install libicu-devel.x86_64  50.1.2-17.amzn2"],
            Lines(answer)
        );
        Assert.Equal(2_831_155, answer.DownloadBytes);
    }

    [Fact]
    public void Updates_of_yum_3_have_the_version_before_and_epochs_only_where_there_are_some()
    {
        var answer = DnfAnswer.Parse(
            DnfTool.Yum3,
            1,
            Recording.Of("yum-3.4.3/plan-update") + "Exiting on user command\n",
            ""
        );
        Assert.Equal(
            [
                "Upgrade ca-certificates.noarch 2021.2.50-72.amzn2.0.5 2021.2.50-72.amzn2.0.7",
                "Upgrade cloud-init.noarch 19.3-46.amzn2 19.3-46.amzn2.0.1",
                "Upgrade curl.x86_64 7.88.1-1.amzn2.0.1 8.0.1-1.amzn2.0.1",
                "Upgrade dbus.x86_64 1:1.10.24-7.amzn2.0.2 1:1.10.24-7.amzn2.0.3",
                "Upgrade dbus-libs.x86_64 1:1.10.24-7.amzn2.0.2 1:1.10.24-7.amzn2.0.3",
                "Upgrade fribidi.x86_64 1.0.2-1.amzn2.1 1.0.2-1.amzn2.1.1",
            ],
            Lines(answer)
        );
    }

    [Fact]
    public void An_update_of_yum_3_that_also_obsoletes_its_own_name_is_one_update_and_removes_nothing()
    {
        var answer = DnfAnswer.Parse(
            DnfTool.Yum3,
            1,
            Recording.Of("yum-3.4.3/plan-kernel") + "Exiting on user command\n",
            ""
        );
        Assert.Equal(
            [
                "Install kernel.x86_64  4.4.26-201.el7.centos",
                "Install kernel-core.x86_64  4.4.26-201.el7.centos",
                "Upgrade kernel-headers.x86_64 3.10.0-862.3.3.el7 4.4.26-201.el7.centos",
                "Install kernel-modules.x86_64  4.4.26-201.el7.centos",
            ],
            Lines(answer)
        );
    }

    [Fact]
    public void What_yum_3_calls_obsoleting_is_installed_and_what_it_replaces_goes()
    {
        var answer = DnfAnswer.Parse(
            DnfTool.Yum3,
            1,
            Recording.Of("yum-3.4.3/plan-obsoletes") + "Exiting on user command\n",
            ""
        );
        Assert.Equal(
            [
                "Install mysql-community-server.x86_64  8.0.20-1.el7",
                "Install mysql-community-client.x86_64  8.0.20-1.el7",
                "Install mysql-community-common.x86_64  8.0.20-1.el7",
                "Remove mariadb-libs.x86_64 1:5.5.65-1.el7 ",
                "Install mysql-community-libs.x86_64  8.0.20-1.el7",
                "Install mysql-community-libs-compat.x86_64  8.0.20-1.el7",
            ],
            Lines(answer)
        );
        Assert.Equal(DnfTable.ReplacedNote, answer.Changes[3].Note);
    }

    [Fact]
    public void What_nobody_offers_to_yum_3_is_known_although_it_goes_on_and_ends_well()
    {
        var answer = DnfAnswer.Parse(
            DnfTool.Yum3,
            0,
            Recording.Of("yum-3.4.3/nothing-to-do") + "No package gone-0:1.1-1.x86_64 available.\n",
            "No Match for argument: gone-0:1.1-1.x86_64\n"
        );
        Assert.False(answer.HasSolution);
        Assert.Equal(["gone-0:1.1-1.x86_64"], answer.Unmatched);
        Assert.True(Yum("nothing-to-do", 0).HasSolution);
    }

    [Fact]
    public void A_requirement_that_cannot_be_met_blames_both_sides_and_no_version_that_is_only_listed()
    {
        var answer = YumError("problem-requires");
        Assert.Equal(
            "Package: pcp-pmda-systemd-3.11.3-1.x86_64 (@bintray-pcp-el7); Requires: pcp-libs = 3.11.3; "
                + "Removing: pcp-libs-3.11.3-1.x86_64 (@bintray-pcp-el7); Updated By: pcp-libs-3.11.4-1.x86_64 "
                + "(bintray-pcp-el7)",
            Assert.Single(answer.Problems)
        );
        Assert.True(answer.Blames(Target("pcp-libs", "3.11.4-1")));
        Assert.False(answer.Blames(Target("pcp-libs", "3.11.2-1")));
        Assert.Equal(2, YumError("problem-two-requires").Problems.Count);
    }

    [Fact]
    public void Packages_that_yum_3_protects_are_named()
    {
        Assert.Equal(
            ["Trying to remove \"systemd\", which is protected", "Trying to remove \"yum\", which is protected"],
            YumError("problem-protected").Problems
        );
    }

    [Fact]
    public void Versions_that_must_be_equal_on_two_architectures_are_a_problem_of_the_packages_and_not_of_the_run()
    {
        var answer = YumError("problem-multilib");
        Assert.Null(answer.Failure);
        Assert.Equal(3, answer.Problems.Count);
        Assert.Equal(
            "Protected multilib versions: libtevent-0.9.39-1.el7.i686 != libtevent-0.10.2-2.el8.x86_64",
            answer.Problems[0]
        );
        Assert.True(answer.Blames(Target("libtevent", "0.10.2-2.el8")));
        Assert.True(answer.Mentions("libtalloc"));

        var epoch = YumError("problem-multilib-epoch");
        Assert.True(epoch.Blames(Target("p11-kit", "2:0.18.7-1.fc19", "i686")));
        Assert.True(epoch.Mentions("p11-kit"));
    }

    [Fact]
    public void A_lock_that_is_held_is_told_from_a_failure()
    {
        Assert.True(YumError("lock-held").IsLocked);
        Assert.False(YumError("problem-requires").IsLocked);
        Assert.True(DnfTranscript.Parse(Recording.Of("yum-3.4.3/lock-held")).IsLocked);
    }

    [Fact]
    public void A_key_that_yum_3_imports_on_the_way_is_nobodys_failure()
    {
        foreach (var name in new[] { "transaction-key-imported", "transaction-kernel" })
        {
            var transcript = DnfTranscript.Parse(Recording.Of($"yum-3.4.3/{name}"));
            Assert.Empty(transcript.NotAuthenticated);
            Assert.Empty(transcript.PackageFailures);
            Assert.Null(transcript.Reason);
        }
    }

    [Fact]
    public void Failures_of_yum_3_are_told_by_the_name_of_the_package_whatever_form_it_is_written_in()
    {
        var scriptlet = DnfTranscript.Parse(Recording.Of("yum-3.4.3/transaction-scriptlet-failed"));
        Assert.Equal(
            "its %pre scriptlet failed, exit status 1 (stat: cannot stat ‘/var/lib/jenkins’: No such file or "
                + "directory)",
            Assert.Single(scriptlet.PackageFailures, f => f.Key == "jenkins").Value
        );
        Assert.Single(scriptlet.PackageFailures);

        var unpacking = DnfTranscript.Parse(Recording.Of("yum-3.4.3/transaction-unpacking-failed"));
        Assert.Equal(
            "unpacking of archive failed on file /etc/hosts: cpio: rename",
            Assert.Single(unpacking.PackageFailures, f => f.Key == "setup").Value
        );
        Assert.Single(unpacking.PackageFailures);

        var download = DnfTranscript.Parse(Recording.Of("yum-3.4.3/transaction-download-failed"));
        Assert.Equal(
            ["mariadb", "mariadb-server", "perl-DBD-MySQL"],
            download.DownloadFailures.Keys.Order(StringComparer.Ordinal)
        );
        Assert.StartsWith("Error downloading packages:", download.Reason, StringComparison.Ordinal);

        var unsigned = DnfTranscript.Parse(Recording.Of("yum-3.4.3/transaction-unsigned"));
        Assert.Equal("manticore-all", Assert.Single(unsigned.NotAuthenticated));
        Assert.EndsWith("is not signed", unsigned.Reason, StringComparison.Ordinal);

        Assert.StartsWith(
            "scylla-kernel-conf-1.2.0-20160614.c384b23.el7.centos.x86_64: its %post scriptlet failed, exit status 1",
            Assert.Single(DnfTranscript.Parse(Recording.Of("yum-3.4.3/transaction-scriptlet-warned")).ScriptWarnings),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_plan_of_dnf_5_is_its_table()
    {
        var install = Dnf5(Recording.Of("dnf5-5.2/plan-install"));
        Assert.Equal(
            [
                "Install akmod-nvidia.x86_64  3:590.48.01-1.fc43",
                "Install gcc-c++.x86_64  15.2.1-5.fc43",
                "Install libstdc++-devel.x86_64  15.2.1-5.fc43",
                "Install nvidia-kmod-common.noarch  3:590.48.01-1.fc43",
                "Install nvidia-modprobe.x86_64  3:590.48.01-1.fc43",
            ],
            Lines(install)
        );
        Assert.Equal("fedora-nvidia", install.Changes[0].Repository);

        var upgrade = Dnf5(
            Recording.Of("dnf5-5.2/plan-upgrade-rows")
                + "\nTransaction Summary:\n Upgrading:          2 packages\n Replacing:          2 packages\n"
        );
        Assert.Equal(
            ["Upgrade expat.x86_64 2.6.0-1.fc39 2.6.2-1.fc39", "Upgrade libblockdev.x86_64 3.1.0-1.fc39 3.1.1-1.fc39"],
            Lines(upgrade)
        );
    }

    [Fact]
    public void What_dnf_5_replaces_and_removes_is_in_the_plan_and_epochs_of_nothing_are_not()
    {
        var answer = Dnf5(
            """
            Package           Arch   Version          Repository      Size
            Installing:
             new              noarch 0:2.0-1          fedora      12.0   B
               replacing old  noarch 0:1.0-1          <unknown>   12.0   B
            Removing:
             kernel-core      x86_64 0:6.16.2-200.fc42 updates   98.6 MiB
            Removing unused dependencies:
             gone             noarch 1:1.0-1          <unknown>    0.0   B

            Transaction Summary:
             Installing:         1 package
             Replacing:          1 package
             Removing:           2 packages

            """
        );
        Assert.Equal(
            [
                "Install new.noarch  2.0-1",
                "Remove kernel-core.x86_64 6.16.2-200.fc42 ",
                "Remove gone.noarch 1:1.0-1 ",
                "Remove old.noarch 1.0-1 ",
            ],
            Lines(answer)
        );
        Assert.Equal([null, null, null, DnfTable.ReplacedNote], answer.Changes.Select(c => c.Note));
    }

    [Fact]
    public void A_table_of_dnf_5_that_is_not_the_one_of_its_summary_is_no_plan() =>
        Assert.NotNull(
            Dnf5(
                Recording
                    .Of("dnf5-5.2/plan-install")
                    .Replace(
                        " gcc-c++            x86_64 15.2.1-5.fc43      updates        41.4 MiB\n",
                        "",
                        StringComparison.Ordinal
                    )
            ).Failure
        );

    [Fact]
    public void Problems_of_dnf_5_are_told_apart()
    {
        var kernel = Dnf5Error("dnf5-5.2/problems-kernel");
        Assert.Equal(2, kernel.Problems.Count);
        Assert.True(kernel.Blames(Target("kernel-core", "6.16.2-200.fc42")));
        Assert.Equal(
            "nothing provides DoesNotExist needed by NoBest-2.0-1.noarch from resolve-hints",
            Assert.Single(Dnf5Error("dnf5-5.4/problem-unmatched").Problems)
        );
        Assert.Equal(["DoesNotExist"], Dnf5Error("dnf5-5.4/problem-unmatched").Unmatched);
        foreach (var why in (string[])["excluded packages", "packages excluded by versionlock"])
        {
            var hidden = DnfAnswer.Parse(
                DnfTool.Dnf5,
                1,
                "",
                $"Failed to resolve the transaction:\nArgument 'a-0:1.1-1.x86_64' matches only {why}.\n"
            );
            Assert.Null(hidden.Failure);
            Assert.False(hidden.HasSolution);
            var target = new PatchTarget
            {
                Name = "a",
                Architecture = "x86_64",
                Edition = "1.1-1",
                Id = "a.x86_64",
            };
            Assert.True(hidden.Blames(target));
            Assert.Equal($"a 1.1-1 matches only {why}", hidden.Reason(target));
        }
        Assert.Contains(
            "protected packages: diamond",
            Dnf5Error("dnf5-5.4/problem-protected").Problems[0],
            StringComparison.Ordinal
        );
        Assert.Contains(
            "setup-2.12.1-1.fc29.noarch from dnf-ci-fedora is filtered out by exclude filtering",
            Assert.Single(Dnf5Error("dnf5-5.4/problem-excluded").Problems),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "cacheonly option is activated",
            Dnf5Error("dnf5-5.4/cacheonly-refuses").Failure!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Failures_of_dnf_5_are_told_by_the_name_of_the_package()
    {
        var signature = DnfTranscript.Parse(Recording.Of("dnf5-5.2/signature-failed"));
        Assert.Equal("xpra-html5", Assert.Single(signature.NotAuthenticated));
        Assert.Equal(
            "OpenPGP check for package \"xpra-html5-19-1.r1.fc42.noarch\" from repo \"xpra\" has failed: The "
                + "package is not signed",
            signature.PackageFailures["xpra-html5"]
        );
        Assert.StartsWith(
            "Transaction failed: Signature verification failed.",
            signature.Reason,
            StringComparison.Ordinal
        );

        var scriptlet = DnfTranscript.Parse(Recording.Of("dnf5-5.4/scriptlet-failed"));
        Assert.Equal("its %pre scriptlet failed", scriptlet.PackageFailures["Package-pre-fail"]);
        Assert.Equal("Transaction failed: Rpm transaction failed.", scriptlet.Reason);
        Assert.Equal(
            "Package-post-fail-1.0-1.x86_64: its %post scriptlet failed (lua script failed: [string "
                + "\"%post(Package-post-fail-0:1.0-1.x86_64)\"]:1: failing on post scriptlet)",
            Assert.Single(DnfTranscript.Parse(Recording.Of("dnf5-5.4/scriptlet-warned")).ScriptWarnings)
        );
        Assert.Equal(
            "kernel-core-6.14.3-200.fc41.x86_64: its post-transaction scriptlet failed (Manual intervention "
                + "is required!)",
            Assert.Single(DnfTranscript.Parse(Recording.Of("dnf5-5.2/scriptlet-warned")).ScriptWarnings)
        );
    }

    [Fact]
    public void A_download_of_dnf_5_that_fails_is_the_one_whose_line_comes_before()
    {
        var transcript = DnfTranscript.Parse(
            """
            [1/2] good-0:1.1-1.x86_64             100% |  91.0 KiB/s |   6.1 KiB |  00m00s
            [2/2] gone-0:1.1-1.x86_64             100% |   0.0   B/s |   0.0   B |  00m00s
            >>> Status code: 404 for https://user:secret@repo.example.com/gone-1.1-1.x86_64.rpm (IP: 192.0.2.1) - https://user:secret@repo.example.com/gone-1.1-1.x86_64.rpm
            >>> No more mirrors to try - All mirrors were already tried without success
            Failed to download packages
            """
        );
        Assert.Equal(
            "gone-0:1.1-1.x86_64: Status code: 404",
            Assert.Single(transcript.DownloadFailures, d => d.Key == "gone").Value
        );
        Assert.Single(transcript.DownloadFailures);
    }

    [Theory]
    [InlineData("yum-3.4.3/makecache-failed", "centos-sclo-rh-source", "[Errno 14] HTTP Error 404 - Not Found")]
    [InlineData(
        "dnf5-5.4/makecache-failed",
        "testrepo",
        "Curl error (37): Could not read a file:// file for file:///non/existent/repo/repodata/repomd.xml "
            + "[Could not open file /non/existent/repo/repodata/repomd.xml]"
    )]
    [InlineData(
        "dnf5-5.2/makecache-failed",
        "updates-source",
        "Status code: 404 for https://mirrors.tuna.tsinghua.edu.cn/fedora/updates/43/"
    )]
    public void A_repository_that_cannot_be_asked_is_named_with_the_cause(
        string recording,
        string repository,
        string cause
    ) =>
        Assert.Equal(
            [new KeyValuePair<string, string>(repository, cause)],
            DnfRefresh.Failures(Recording.Of(recording))
        );

    [Fact]
    public void A_repository_of_yum_3_is_named_without_the_variables_of_its_address()
    {
        Assert.Equal(
            "base",
            Assert
                .Single(
                    DnfRefresh.Failures(
                        "14: curl#6 - \"Could not resolve host: mirrorlist.centos.org; Unknown "
                            + "error\"\nCannot find a valid baseurl for repo: base/7/x86_64\n"
                    )
                )
                .Key
        );
        Assert.Empty(DnfRefresh.Failures(Recording.Of("yum-3.4.3/makecache-skipped")));
    }

    private static DnfAnswer Yum(string recording, int exitCode = 1) =>
        DnfAnswer.Parse(DnfTool.Yum3, exitCode, Recording.Of($"yum-3.4.3/{recording}"), "");

    private static DnfAnswer YumError(string recording) =>
        DnfAnswer.Parse(
            DnfTool.Yum3,
            1,
            "--> Finished Dependency Resolution\n",
            Recording.Of($"yum-3.4.3/{recording}")
        );

    private static DnfAnswer Dnf5(string output) =>
        DnfAnswer.Parse(DnfTool.Dnf5, 1, output, "Operation aborted by the user.\n");

    private static DnfAnswer Dnf5Error(string recording) =>
        DnfAnswer.Parse(DnfTool.Dnf5, 1, "", Recording.Of(recording));

    private static IEnumerable<string> Lines(DnfAnswer answer) =>
        answer.Changes.Select(c => $"{c.Action} {c.Name}.{c.Architecture} {c.FromVersion} {c.ToVersion}");

    private static PatchTarget Target(string name, string edition, string architecture = "x86_64") =>
        new()
        {
            Name = name,
            Architecture = architecture,
            Edition = edition,
            Id = $"{name}.{architecture}",
        };
}
