using PatchTools.Testing.Aws;

namespace PatchTools.Rigs.Tests;

/// <summary>The rig itself: what the other tests here take for granted.</summary>
public sealed class RigTests
{
    [Fact]
    public void A_change_inside_is_gone_with_the_root()
    {
        using (var root = new OverlayRoot())
        {
            root.Shell("dpkg-query -W dpkg && rm -rf /usr/share/keyrings /etc/apt && touch /here").Expect();
            Assert.True(root.Exists("/here"));
        }

        using var next = new OverlayRoot();
        Assert.False(next.Exists("/here"));
        Assert.True(next.Exists("/etc/apt"));
        Assert.False(File.Exists("/here"));
    }

    [Fact]
    public void Only_processes_of_the_root_are_seen_inside_and_they_end_with_it()
    {
        RigProcess sleeper;
        using (var root = new OverlayRoot())
        {
            sleeper = root.Start("sleep", "600");
            Assert.DoesNotContain("dotnet", root.Shell("cat /proc/[0-9]*/comm").Output, StringComparison.Ordinal);
        }

        using (sleeper)
            Assert.NotEqual(0, sleeper.Wait().ExitCode);
    }

    [Fact]
    public void The_host_program_scans_inside_and_sends_nothing_where_no_repository_proves_anything()
    {
        using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Baselines.Security() });
        using var root = new OverlayRoot();
        root.UseAws(aws);
        var run = root.PatchTools("Invoke-PatchBaseline -Operation Scan");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The report was saved and not sent", run.Error, StringComparison.Ordinal);
        Assert.Contains(
            "GetDeployablePatchSnapshotForInstance 200",
            aws.Requests.Select(request => $"{request.Target} {request.Status}")
        );
        Assert.DoesNotContain(aws.Requests, request => request.Target == "PutInventory");
    }

    [Fact]
    public void The_packages_and_repositories_made_here_are_real_ones_to_dpkg_and_apt()
    {
        using var key = new SigningKey();
        using var archive = new SyntheticArchive { Key = key };
        archive
            .Add(
                SyntheticSuite.Bookworm,
                new SyntheticPackage("s-one", "1.0-1")
                    .WithConffile("/etc/s-one.conf", "one\n")
                    .WithScript("postinst", "echo configured > /s-one")
            )
            .Add(
                SyntheticSuite.BookwormSecurity,
                new SyntheticPackage("s-one", "1:1.0-1").With("Depends", "s-two"),
                new SyntheticPackage("s-two", "2") { Architecture = "all" }
            )
            .Publish();
        using var server = new ArchiveServer(archive.Folder);
        using var root = new OverlayRoot(
            new OverlayOptions { Binds = new Dictionary<string, string> { ["/srv/repo"] = archive.Folder } }
        );
        root.Write("/usr/share/keyrings/synthetic.gpg", "");
        File.Copy(key.PublicKeyring, root.Path("/usr/share/keyrings/synthetic.gpg"), overwrite: true);
        root.Write(
            "/etc/apt/sources.list",
            $"deb [signed-by=/usr/share/keyrings/synthetic.gpg] file:/srv/repo bookworm main\ndeb "
                + $"[signed-by=/usr/share/keyrings/synthetic.gpg] {server.Address} bookworm-security main\n"
        );
        root.Run("apt-get", "-o", "APT::Update::Error-Mode=any", "update").Expect();
        root.Run("apt-get", "-y", "install", "s-one=1.0-1").Expect();
        Assert.Equal("install ok installed 1.0-1", root.DpkgStatus("s-one"));
        Assert.Equal("configured\n", root.Read("/s-one"));
        Assert.Equal("one\n", root.Read("/etc/s-one.conf"));
        root.Run("apt-get", "-y", "upgrade", "--with-new-pkgs").Expect();
        Assert.Equal("install ok installed 1:1.0-1", root.DpkgStatus("s-one"));
        Assert.Equal("install ok installed 2", root.DpkgStatus("s-two"));
        root.Shell(
                "dpkg-deb --info /srv/repo/pool/bookworm/amd64/s-one_1.0-1_amd64.deb && dpkg-deb --contents "
                    + "/srv/repo/pool/bookworm/amd64/s-one_1.0-1_amd64.deb && dpkg --audit"
            )
            .Expect();
    }

    [Theory]
    [InlineData(ArchiveFault.NotFound, "404")]
    [InlineData(ArchiveFault.Truncated, "Failed to fetch")]
    [InlineData(ArchiveFault.Corrupt, "Hash Sum mismatch")]
    [InlineData(ArchiveFault.Reset, "Failed to fetch")]
    public void A_broken_server_breaks_a_real_download(ArchiveFault fault, string says)
    {
        using var archive = new SyntheticArchive();
        archive.Add(SyntheticSuite.Bookworm, new SyntheticPackage("s-one", "1.0-1")).Publish();
        using var server = new ArchiveServer(archive.Folder);
        using var root = new OverlayRoot();
        root.Write("/etc/apt/sources.list", $"deb [trusted=yes] {server.Address} bookworm main\n");
        root.Run("apt-get", "update").Expect();
        server.Break("/pool/", fault);
        var run = root.Run("apt-get", "-y", "-o", "Acquire::Retries=0", "install", "s-one").Expect(100);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        server.Mend();
        root.Run("apt-get", "-y", "install", "s-one").Expect();
    }
}
