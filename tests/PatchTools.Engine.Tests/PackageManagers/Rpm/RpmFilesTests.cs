using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Reboot;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

/// <summary>Files of rpm packages, and the repositories that an interrupted run of the reference moved away.</summary>
public sealed class RpmFilesTests : IDisposable
{
    private const string Backups = "var/log/amazon/ssm/dnf-configuration/repos.d";
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_have_their_packages_also_when_an_upgrade_has_replaced_them_and_across_a_merged_usr()
    {
        var runner = new Answer(
            "zlib\u001f/usr/lib64/libz.so.1\u001f/usr/lib64/libz.so.1.3\u001f\u001ebash\u001f/bin/bash\u001f\u001e"
        );
        var owners = await new RpmFileOwners("/", runner).OwnersOfAsync(
            ["/usr/lib64/libz.so.1.2.11", "/usr/bin/bash", "/usr/local/bin/own"],
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            ["/usr/bin/bash bash", "/usr/lib64/libz.so.1.2.11 zlib"],
            owners.Select(o => $"{o.Key} {o.Value}").Order(StringComparer.Ordinal)
        );
        Assert.Equal(1, runner.Asked);
        Assert.Empty(await new RpmFileOwners("/", runner).OwnersOfAsync([], TestContext.Current.CancellationToken));
        Assert.Equal(1, runner.Asked);
    }

    [Fact]
    public void Sizes_and_services_come_from_the_packages_that_are_there()
    {
        var contents = RpmFiles.Parse([
            "1048\u001f/etc/a.conf\u001f/usr/lib/systemd/system/a.service\u001f/usr/lib/systemd/system/b@.service\u001f"
                + "",
            "package gone-1.0-1.x86_64 is not installed\n12\u001f/usr/lib/systemd/system/c.service\u001f",
            "",
        ]);
        Assert.Equal(1060, contents.Size);
        Assert.Equal(["a", "c"], RpmFiles.ServicesOf(Host, contents.Paths));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "run/systemd/units"));
        File.CreateSymbolicLink(
            Path.Combine(_folder.Path, "run/systemd/units/invocation:c.service"),
            "0123456789abcdef"
        );
        Assert.Equal(["c"], RpmFiles.ServicesOf(Host, contents.Paths));
    }

    [Fact]
    public void Repositories_of_an_interrupted_run_are_put_back_and_a_second_time_changes_nothing()
    {
        Write("etc/yum.repos.d/own.repo", "[own]\nbaseurl=https://example.org/\n");
        Write("etc/yum.repos.d/vendor.repo", "[vendor]\n");
        Write($"{Backups}/11111111-2222-3333-4444-555555555555/base.repo", "[base]\n");
        var backup = new RepositoryFilesBackup(Host, "dnf", "/etc/yum.repos.d");
        Assert.Contains(Backups, backup.Warning(), StringComparison.Ordinal);

        backup.Restore("[own]\nbaseurl=https://example.org/", _observer);
        backup.Restore("[own]\nbaseurl=https://example.org/", _observer);

        Assert.Equal("[base]\n", Read("etc/yum.repos.d/base.repo"));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "etc/yum.repos.d/own.repo")));
        Assert.Equal("[vendor]\n", Read("etc/yum.repos.d/vendor.repo"));
        Assert.Contains(_observer.Warnings, w => w.Contains("vendor.repo was there while", StringComparison.Ordinal));
        Assert.Equal(2, _observer.Warnings.Count);
        Assert.Null(backup.Warning());
    }

    [Fact]
    public void The_administrators_repositories_are_found_below_those_of_a_second_interrupted_run()
    {
        Write("etc/yum.repos.d/own.repo", "[second]\n");
        Write($"{Backups}/zzz/base.repo", "[base]\n");
        Write($"{Backups}/zzz/own.repo", "[administrators]\n");

        // The second run comes later by the file system's clock, however coarse that is.
        var first = Path.Combine(_folder.Path, Backups, "zzz/base.repo");
        var later = Path.Combine(_folder.Path, Backups, "aaa/own.repo");
        do Write($"{Backups}/aaa/own.repo", "[first]\n");
        while (FileTimes.ChangeOrder(later).CompareTo(FileTimes.ChangeOrder(first)) <= 0);

        new RepositoryFilesBackup(Host, "dnf", "/etc/yum.repos.d").Restore(null, _observer);

        Assert.Equal("[base]\n", Read("etc/yum.repos.d/base.repo"));
        Assert.Equal("[administrators]\n", Read("etc/yum.repos.d/own.repo"));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder.Path, "etc/yum.repos.d")).Length);
    }

    private HostContext Host =>
        new()
        {
            Paths = new HostPaths { Root = _folder.Path, DataDirectory = Path.Combine(_folder.Path, "data") },
            Environment = new Dictionary<string, string>(),
        };

    private void Write(string relative, string text) => File.WriteAllText(_folder.File(relative), text);

    private string Read(string relative) => File.ReadAllText(Path.Combine(_folder.Path, relative));

    private sealed class Answer(string output) : IProcessRunner
    {
        public int Asked { get; private set; }

        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
        {
            Asked++;
            Assert.Equal("rpm", command.FileName);
            return Task.FromResult(new CommandResult(0, output, "", TimeSpan.Zero));
        }
    }
}
