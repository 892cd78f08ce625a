using System.Buffers.Binary;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

public sealed class RpmQueryTests
{
    [Fact]
    public void Installed_packages_come_with_epoch_and_times_and_public_keys_are_none()
    {
        const string answer =
            "r-epoch\u001fx86_64\u001f1\u001f1.0\u001f1\u001f1767916800\u001f1767225600\u001fSUSE LLC <https://www.suse.com/>\u001egpg-pubkey\u001f(none)\u001f0\u001f8483c65d\u001f5ccc5b19\u001f1556896537\u001f1556896537\u001f(none)\u001ebash\u001fx86_64\u001f0\u001f5.1.8\u001f6.el9\u001f0\u001f1767225600\u001f(none)\u001e";

        Assert.Equal(
            [
                new RpmPackage(
                    "r-epoch",
                    "x86_64",
                    "1:1.0-1",
                    1767916800,
                    1767225600,
                    "SUSE LLC <https://www.suse.com/>"
                ),
                new RpmPackage("bash", "x86_64", "5.1.8-6.el9", 0, 1767225600),
            ],
            RpmQuery.Installed(answer)
        );
    }

    [Fact]
    public void Anything_else_is_an_error_and_no_empty_host()
    {
        var error = Assert.Throws<PatchToolsException>(() =>
            RpmQuery.Installed("error: cannot open Packages database\n")
        );
        Assert.Equal(PatchErrors.PackageDatabaseUnreadable, error.Error);
    }

    [Theory]
    [InlineData(
        "system-release\u001f2023.3.20240108\u001fsystem-release\u001c8\u001c2023.3.20240108-1.amzn2023\u001d"
            + "system-release(releasever)\u001c8\u001c2023.3.20240108\u001d\u001e",
        "2023.3.20240108"
    )]
    [InlineData(
        "redhat-release\u001f9.4\u001fredhat-release\u001c8\u001c9.4-0.4.el9\u001dsystem-release(releasever)\u001c"
            + "8\u001c9\u001dsystem-release\u001c8\u001c9.4-0.4.el9\u001d\u001e",
        "9"
    )]
    [InlineData(
        "centos-release\u001f7\u001fcentos-release\u001c8\u001c7-9\u001dredhat-release\u001c0\u001c\u001d\u001eno "
            + "package provides system-release\n",
        "7"
    )]
    [InlineData("no package provides system-release\nno package provides suse-release\n", null)]
    public void The_release_is_the_version_with_which_a_package_provides_it(string answer, string? release) =>
        Assert.Equal(release, RpmQuery.ReleaseVersion(answer));

    [Theory]
    [InlineData("", "", "knows no installed package")]
    [InlineData("", "error: cannot open Packages database in /var/lib/rpm\n", "cannot open Packages database")]
    [InlineData(
        "gpg-pubkey\u001f(none)\u001f0\u001f1\u001f1\u001f0\u001f0\u001f(none)\u001e",
        "",
        "knows no installed package"
    )]
    [InlineData(Bash + "gla", "", "cut off")]
    [InlineData(Bash + "glibc\u001fx86_64\u001f0\u001f2.34\u001f1\u001f0\u001f0\u001f(none)", "", "cut off")]
    public async Task An_answer_that_is_not_whole_is_an_error_that_names_the_database(
        string output,
        string errors,
        string said
    )
    {
        using var root = new TemporaryDirectory();
        var database = root.File("var/lib/rpm/Packages");
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        File.WriteAllText(database, "");

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => AskAsync(root.Path, output, errors));

        Assert.Same(PatchErrors.PackageDatabaseUnreadable, error.Error);
        Assert.Contains(database, error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "error: rpmdbNextIterator: skipping h#       7 Header V3 RSA/SHA256 Signature, key ID 39db7c82: BAD\n",
        true
    )]
    [InlineData(
        "error: rpmdb: BDB0113 Thread/process 7/140 failed: BDB1507 Thread died in Berkeley DB library\n",
        true
    )]
    [InlineData(
        "warning: Found bdb_ro Packages database while attempting sqlite backend: using bdb_ro backend.\n",
        false
    )]
    [InlineData("rpm: RPM should not be used directly install RPM packages, use Alien instead!\n", false)]
    public async Task What_rpm_complains_of_while_it_answers_is_a_doubt(string errors, bool isDoubt)
    {
        using var root = new TemporaryDirectory();
        Directory.CreateDirectory(root.File("var/lib/rpm"));
        File.WriteAllText(root.File("var/lib/rpm/Packages"), "");

        var (packages, doubts) = await AskAsync(root.Path, Bash, errors);

        Assert.Equal("bash", Assert.Single(packages).Name);
        Assert.Equal(isDoubt ? 1 : 0, doubts.Count);
        if (isDoubt)
            Assert.Contains(errors.Trim()["error: ".Length..], doubts[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_database_below_the_root_rpm_is_not_asked_since_it_would_answer_for_this_host()
    {
        using var root = new TemporaryDirectory();

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => AskAsync(root.Path, Bash, ""));

        Assert.Same(PatchErrors.PackageDatabaseUnreadable, error.Error);
        Assert.Contains(root.Path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash 1-1;bash 2-1", "", "bash (1-1, 2-1)")]
    [InlineData("bash 1-1;zsh 2-1", "", null)]
    [InlineData("kernel-core 1-1;kernel-core 2-1", "", null)]
    [InlineData("kmod-x 1-1;kmod-x 2-1", "", null)]
    [InlineData("vm 1-1;vm 2-1", "installonlypkg(vm)", null)]
    [InlineData("named 1-1;named 2-1", "", null)]
    public async Task Two_versions_of_one_package_are_named_unless_they_are_meant(
        string installed,
        string provides,
        string? named
    )
    {
        RpmPackage[] packages =
        [
            .. installed.Split(';').Select(p => p.Split(' ')).Select(w => new RpmPackage(w[0], "x86_64", w[1], 0, 0)),
        ];
        var runner = new Answering(new CommandResult(0, $"{packages[0].Name}\u001f{provides}\u001e", "", default));

        var caution = await new RpmDuplicates(RpmPlace.InPlace("/"), runner).CautionAsync(
            packages,
            ["named"],
            TestContext.Current.CancellationToken
        );

        if (named is null)
            Assert.Null(caution);
        else
            Assert.Contains(named, caution, StringComparison.Ordinal);
    }

    /// <summary>A Berkeley DB of two packages, of which rpm lists one.</summary>
    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    [InlineData(0, false)]
    public async Task A_database_that_counts_more_packages_than_rpm_lists_is_doubted(uint entries, bool isDoubted)
    {
        using var root = new TemporaryDirectory();
        var page = new byte[4096];
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(12), 0x061561);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(88), entries);
        await File.WriteAllBytesAsync(root.File("var/lib/rpm/Packages"), page, TestContext.Current.CancellationToken);

        var installed = await AskAsync(root.Path, Bash, "");

        Assert.Single(installed.Packages);
        if (isDoubted)
            Assert.Contains(
                "lists 1 packages, and its database",
                Assert.Single(installed.Doubts),
                StringComparison.Ordinal
            );
        else
            Assert.Empty(installed.Doubts);
    }

    private const string Bash =
        "bash\u001fx86_64\u001f0\u001f5.1.8\u001f6.el9\u001f0\u001f1767225600\u001f(none)\u001e";

    private static Task<RpmInstalled> AskAsync(string root, string output, string errors) =>
        new RpmQuery(
            RpmPlace.InPlace(new HostPaths { Root = root }.Root),
            new Answering(new CommandResult(0, output, errors, default))
        ).ReadAsync(TestContext.Current.CancellationToken);

    private sealed class Answering(CommandResult answer) : IProcessRunner
    {
        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken) =>
            Task.FromResult(answer);
    }
}
