using PatchTools.Families.Apt.Commands;
using PatchTools.Families.Apt.Planning;
using PatchTools.Families.Apt.Refresh;
using PatchTools.Families.Apt.Transaction;
using PatchTools.Families.Shared;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// Parsers of what apt and dpkg print. Recorded from apt 2.6 and dpkg 1.21: simulations of native packages, unmet
/// dependencies, the status channel and the words of failing scripts. Written after the tools' formats: foreign
/// architectures, the resolver of apt 3, failed downloads over HTTP, locks, full disks.
/// </summary>
public sealed class AptOutputTests
{
    [Fact]
    public void A_simulation_says_what_happens_to_each_package()
    {
        const string Output = """
            Reading package lists...
            The following packages will be upgraded:
              libc6 ta
            Inst libc6 [2.36-9+deb12u9] (2.36-9+deb12u10 Debian:12.11/stable, Debian-Security:12/stable-security [amd64]) []
            Inst libc6:i386 [2.36-9+deb12u9] (2.36-9+deb12u10 Debian:12.11/stable [i386]) [tx:i386 on libc6:i386]
            Inst tc (3.0 localhost [all])
            Inst older [2.0] (1:0~rc1 localhost [all])
            Inst lower [2.0] (2.0~rc1 localhost [all])
            Conf libc6 (2.36-9+deb12u10 Debian:12.11/stable, Debian-Security:12/stable-security [amd64])
            Conf waiting (1.0 localhost [all])
            Remv tg [1.0]
            """;

        var changes = AptSimulation.Parse(0, Output, "", "amd64").Changes;

        Assert.Equal(
            [
                "Upgrade libc6:amd64 2.36-9+deb12u9 2.36-9+deb12u10 Debian:12.11/stable, "
                    + "Debian-Security:12/stable-security",
                "Upgrade libc6:i386 2.36-9+deb12u9 2.36-9+deb12u10 Debian:12.11/stable",
                "Install tc:amd64  3.0 localhost",
                "Upgrade older:amd64 2.0 1:0~rc1 localhost",
                "Downgrade lower:amd64 2.0 2.0~rc1 localhost",
                "Configure waiting:amd64  1.0 localhost",
                "Remove tg:amd64 1.0  ",
            ],
            changes.Select(c => $"{c.Action} {c.Name}:{c.Architecture} {c.FromVersion} {c.ToVersion} {c.Repository}")
        );
    }

    [Fact]
    public void Unmet_dependencies_are_read_with_all_their_lines()
    {
        const string Output = """
            The following information may help to resolve the situation:

            The following packages have unmet dependencies:
             td : Depends: te (>= 2.0) but it is not going to be installed
                  Depends: tx but it is not installable
             tu:i386 : Conflicts: tv but 1.0 is to be installed

            """;

        var simulation = AptSimulation.Parse(
            100,
            Output,
            "E: Unable to correct problems, you have held broken packages.\n",
            "amd64"
        );

        Assert.Equal(
            "td Depends: te (>= 2.0) but it is not going to be installed; Depends: tx but it is not installable",
            simulation.Reason("td")
        );
        Assert.True(simulation.Blames("tu"));
        Assert.False(simulation.Blames("tv"));
    }

    [Fact]
    public void A_resolver_that_explains_itself_in_several_lines_is_quoted_whole()
    {
        const string Error = """
            E: Unable to satisfy dependencies. Reached two conflicting assignments:
               1. td:amd64=1.1 is selected for install
               2. td:amd64 Depends te (>= 2.0)
                  but none of the choices are installable:
            """;

        var simulation = AptSimulation.Parse(100, "", Error, "amd64");

        Assert.True(simulation.Blames("td"));
        Assert.False(simulation.Blames("t"));
        Assert.EndsWith(
            "2. td:amd64 Depends te (>= 2.0) but none of the choices are installable:",
            simulation.Reason("td"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Downloads_are_summed_without_what_is_local()
    {
        const string Output = """
            Need to get 320 kB of archives.
            After this operation, 1,234 kB of additional disk space will be used.
            'http://deb.debian.org/debian/pool/main/t/tzdata/tzdata_2025b-0%2bdeb12u2_all.deb' tzdata_2025b-0+deb12u2_all.deb 299160 MD5Sum:bd0f457aa6152d8fe57aa6a755d1d708
            'http://deb.debian.org/debian/pool/main/t/tb/tb_1.1_all.deb' tb_1.1_all.deb 20840 SHA256:00
            'file:/repo/./ta_1.1_all.deb' ta_1.1_all.deb 20672 MD5Sum:bd0f457aa6152d8fe57aa6a755d1d708
            """;

        Assert.Equal(new AptDownload(320_000, 1_234_000), AptDownload.Parse(Output));
        Assert.Equal(
            -12_300_000,
            AptDownload.Parse("After this operation, 12.3 MB disk space will be freed.\n").InstalledSizeChange
        );
        Assert.Null(AptDownload.Parse("").InstalledSizeChange);
    }

    [Theory]
    [InlineData("dlstatus:3:25.0000:Retrieving file 3 of 8", "Download 3 25 Retrieving file 3 of 8 of 3")]
    [InlineData("pmstatus:tp:36.3636:Installing tp (amd64)", "Package tp 36.3636 Installing tp (amd64) of tp")]
    [InlineData(
        "pmstatus:libc6:i386:36.5:Unpacking libc6:i386 (i386)",
        "Package libc6:i386 36.5 Unpacking libc6:i386 (i386) of libc6"
    )]
    [InlineData(
        "pmerror:tp:33.3333:installed tp package post-installation script subprocess returned error exit status 3",
        "Error tp 33.3333 installed tp package post-installation script subprocess returned error exit status 3 of tp"
    )]
    [InlineData(
        "pmerror:/tmp/apt-dpkg-install-xt8Pd0/6-tpre_1.1_all.deb:39.3939:new tpre package: no",
        "Error /tmp/apt-dpkg-install-xt8Pd0/6-tpre_1.1_all.deb 39.3939 new tpre package: no of tpre"
    )]
    [InlineData(
        "pmerror:/var/cache/apt/archives/7zip_22.01_amd64.deb:39.3939:no",
        "Error /var/cache/apt/archives/7zip_22.01_amd64.deb 39.3939 no of 7zip"
    )]
    [InlineData(
        "pmconffile:/etc/tcf.conf:50.0000:'/etc/tcf.conf' '/etc/tcf.conf.dpkg-new' 1 1",
        "Conffile /etc/tcf.conf 50 '/etc/tcf.conf' '/etc/tcf.conf.dpkg-new' 1 1 of /etc/tcf.conf"
    )]
    public void A_line_of_the_status_channel_is_read(string line, string expected)
    {
        var status = AptStatusLine.Parse(line)!;

        Assert.Equal(
            expected,
            FormattableString.Invariant(
                $"{status.Kind} {status.Subject} {status.Percent} {status.Text} of {status.Package}"
            )
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("media-change: please insert")]
    [InlineData("pmstatus:")]
    [InlineData("pmstatus:x")]
    [InlineData("status: tp: unpacked")]
    public void What_is_no_status_line_is_left_out(string line) => Assert.Null(AptStatusLine.Parse(line));

    [Fact]
    public void Failed_packages_get_the_reason_of_dpkg_and_the_last_words_of_their_scripts()
    {
        // Through apt's pseudo terminal lines end in \r\n.
        var transcript = AptTranscript.Parse(
            """
            (Reading database ... 6187 files and directories currently installed.)
            Preparing to unpack .../6-tpre_1.1_all.deb ...
            not today
            dpkg: error processing archive /tmp/apt-dpkg-install-xt8Pd0/6-tpre_1.1_all.deb (--unpack):
             new tpre package pre-installation script subprocess returned error exit status 1
            Preparing to unpack .../7-tq_1.1_all.deb ...
            Setting up tp (1.1) ...
            the configuration says no
            dpkg: error processing package tp (--configure):
             installed tp package post-installation script subprocess returned error exit status 3
            Setting up quiet (1.1) ...
            dpkg: error processing package quiet (--configure):
             installed quiet package post-installation script subprocess returned error exit status 1
            dpkg: dependency problems prevent configuration of tq:
             tq depends on tp (>= 1.1); however:
              Package tp is not configured yet.

            dpkg: error processing package tq (--configure):
             dependency problems - leaving unconfigured
            Errors were encountered while processing:
             tp
            E: Can not write log (Is /dev/pts mounted?) - posix_openpt (19: No such device)
            E: Sub-process /usr/bin/dpkg returned an error code (1)
            """.ReplaceLineEndings("\r\n")
        );

        Assert.Equal(
            "new tpre package pre-installation script subprocess returned error exit status 1 (not today)",
            transcript.PackageFailures["tpre"]
        );
        Assert.Equal(
            "installed tp package post-installation script subprocess returned error exit status 3 (the "
                + "configuration says no)",
            transcript.PackageFailures["tp"]
        );
        Assert.Equal(
            "installed quiet package post-installation script subprocess returned error exit status 1",
            transcript.PackageFailures["quiet"]
        );
        Assert.Equal(
            "dependency problems - leaving unconfigured (tq depends on tp (>= 1.1); however: Package tp is "
                + "not configured yet)",
            transcript.PackageFailures["tq"]
        );
        Assert.Equal(["Sub-process /usr/bin/dpkg returned an error code (1)"], transcript.Errors);
        Assert.False(transcript.IsLocked);
        Assert.Null(transcript.DiskFull);
    }

    [Fact]
    public void Failed_downloads_locks_and_full_disks_are_told_apart()
    {
        var download = AptTranscript.Parse(
            "E: Failed to fetch http://127.0.0.1:8000/pool/x%2b_1.1%3a2_all.deb  404  File not found [IP: 127.0.0.1 8000]\nE: Failed to fetch file:/repo/./y_1.1_all.deb  Hash Sum mismatch\n   Hashes of expected file:\n    - SHA256:00\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n"
        );
        var locked = AptTranscript.Parse(
            "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 123 (apt-get)\nE: "
                + "Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process "
                + "using it?\n"
        );
        var archives = AptTranscript.Parse("E: You don't have enough free space in /var/cache/apt/archives/.\n");
        var full = AptTranscript.Parse(
            "dpkg: error processing archive /var/cache/apt/archives/y_1.1_all.deb (--unpack):\n cannot copy "
                + "extracted data for './usr/share/y/big' to '/usr/share/y/big.dpkg-new': failed to write (No "
                + "space left on device)\n"
        );

        Assert.Equal("404  File not found [IP: 127.0.0.1 8000]", download.DownloadFailures["x+"].Split(": ", 2)[1]);
        Assert.Equal("y_1.1_all.deb: Hash Sum mismatch", download.DownloadFailures["y"]);
        Assert.True(locked.IsLocked);
        Assert.NotNull(archives.NoRoomForArchives);
        Assert.Contains("No space left on device", full.DiskFull, StringComparison.Ordinal);
        Assert.Equal(["y"], full.PackageFailures.Keys);
    }

    [Fact]
    public void Options_of_dpkg_in_apts_configuration_are_left_to_it()
    {
        Assert.Equal(["--force-confdef", "--force-confold"], AptCommands.ConffileOptions("DPkg::Options \"\";\n"));
        Assert.Empty(AptCommands.ConffileOptions("DPkg::Options \"\";\nDPkg::Options:: \"--force-confnew\";\n"));
    }

    [Fact]
    public void A_sources_backup_of_an_interrupted_run_is_put_back_and_a_second_time_changes_nothing()
    {
        using var root = new MadeUpAptRoot();
        root.Write("etc/apt/sources.list", "deb http://baseline.example bookworm main\n");
        root.Write("etc/apt/sources.list.d/new.list", "made since\n");
        const string Backup = "var/log/amazon/ssm/apt-configuration/11111111-2222-3333-4444-555555555555";
        root.Write($"{Backup}/sources.list", "deb http://own.example bookworm main\n");
        root.Write($"{Backup}/sources.list.d/extra.sources", "Types: deb\n");
        root.Write($"{Backup}/sources.list.d/new.list", "made since\n");
        var backup = new AptSourcesBackup(root.Host);
        Assert.Contains(Backup, backup.Warning(), StringComparison.Ordinal);

        backup.Restore(root.Observer);
        backup.Restore(root.Observer);

        Assert.Equal("deb http://own.example bookworm main\n", root.Read("etc/apt/sources.list"));
        Assert.Equal("Types: deb\n", root.Read("etc/apt/sources.list.d/extra.sources"));
        Assert.Null(backup.Warning());
        Assert.False(Directory.Exists(Path.Combine(root.Root, Backup)));
        Assert.Single(root.Observer.Warnings);
    }

    [Fact]
    public void The_administrators_sources_are_found_below_those_of_a_second_interrupted_run()
    {
        using var root = new MadeUpAptRoot();
        const string Backups = "var/log/amazon/ssm/apt-configuration";
        root.Write("etc/apt/sources.list", "second baseline\n");
        root.Write($"{Backups}/zzz/sources.list", "own\n");

        // The second run comes later by the file system's clock, however coarse that is.
        var own = Path.Combine(root.Root, Backups, "zzz/sources.list");
        var later = Path.Combine(root.Root, Backups, "aaa/sources.list");
        do root.Write($"{Backups}/aaa/sources.list", "first baseline\n");
        while (FileTimes.ChangeOrder(later).CompareTo(FileTimes.ChangeOrder(own)) <= 0);

        new AptSourcesBackup(root.Host).Restore(root.Observer);

        Assert.Equal("own\n", root.Read("etc/apt/sources.list"));
    }

    [Fact]
    public void A_file_that_somebody_made_since_is_never_overwritten()
    {
        using var root = new MadeUpAptRoot();
        const string Backup = "var/log/amazon/ssm/apt-configuration/x";
        root.Write("etc/apt/sources.list.d/vendor.list", "new\n");
        root.Write($"{Backup}/sources.list.d/vendor.list", "old\n");

        new AptSourcesBackup(root.Host).Restore(root.Observer);

        Assert.Equal("new\n", root.Read("etc/apt/sources.list.d/vendor.list"));
        Assert.Equal("old\n", root.Read($"{Backup}/sources.list.d/vendor.list"));
        Assert.Contains("vendor.list", Assert.Single(root.Observer.Warnings), StringComparison.Ordinal);
    }
}
