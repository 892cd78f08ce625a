using PatchTools.Errors;
using PatchTools.Families;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

public sealed class HostFamilyTests : IDisposable
{
    private const string Debian = "ID=debian\nVERSION_ID=\"12\"\n";
    private const string Red = "ID=rhel\nVERSION_ID=\"9.4\"\nID_LIKE=\"fedora\"\n";
    private const string Suse = "ID=sles\nVERSION_ID=\"15.5\"\nID_LIKE=\"suse\"\n";
    private const string Leap = "ID=\"opensuse-leap\"\nVERSION_ID=\"15.6\"\nID_LIKE=\"suse opensuse\"\n";
    private const string Mint = "ID=linuxmint\nVERSION_ID=\"21.3\"\nID_LIKE=\"ubuntu debian\"\n";
    private const string Unknown = "ID=unheard\nVERSION_ID=\"1\"\n";

    private const string Dpkg =
        "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21.22\n\n";

    private const string Other = "Package: other\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\n\n";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Red)]
    [InlineData("ID=\"amzn\"\nVERSION_ID=\"2\"\n")]
    [InlineData("ID=fedora\nVERSION_ID=41\n")]
    [InlineData(Suse)]
    public void Dpkg_on_a_host_of_rpms_is_a_package_like_any_other(string osRelease)
    {
        Write("etc/os-release", osRelease);
        Write("var/lib/dpkg/status", "");
        Write("var/lib/rpm/rpmdb.sqlite", "");

        Assert.NotEqual(PackageFamily.Apt, ShippedFamilies.All.In(_folder.Path, OsReleaseFile.Read(_folder.Path))?.Id);
        Assert.Equal("RpmFileOwners", Owners()?.GetType().Name);
        Assert.DoesNotContain("dpkg", Session().Places()?.Database, StringComparison.Ordinal);
        Assert.NotEqual("apt", Session().FindManager()?.Name);
    }

    [Fact]
    public void Rpm_and_dnf_on_a_debian_are_packages_like_any_other()
    {
        Write("etc/os-release", Debian);
        Write("var/lib/dpkg/status", Dpkg);
        Write("var/lib/rpm/rpmdb.sqlite", "");
        Write("etc/dnf/dnf.conf", "[main]\n");
        Write("etc/yum.repos.d/x.repo", "[x]\n");
        Write("etc/zypp/repos.d/x.repo", "[x]\n");

        Assert.Equal(PackageFamily.Apt, ShippedFamilies.All.In(_folder.Path, OsReleaseFile.Read(_folder.Path))?.Id);
        Assert.Equal("DpkgFileOwners", Owners()?.GetType().Name);
        Assert.Equal("apt", Session().FindManager()?.Name);
    }

    [Theory]
    [InlineData(Suse, PackageFamily.Zypper)]
    [InlineData(Leap, PackageFamily.Zypper)]
    [InlineData(Red, PackageFamily.Dnf)]
    [InlineData("ID=unheard\nID_LIKE=\"unknown suse\"\n", PackageFamily.Zypper)]
    [InlineData("ID=unheard\nID_LIKE=\"unknown rhel\"\n", PackageFamily.Dnf)]
    public void Where_dnf_and_zypper_are_both_there_os_release_decides(string osRelease, PackageFamily family)
    {
        Write("etc/os-release", osRelease);
        Write("var/lib/rpm/rpmdb.sqlite", "");
        Write("etc/dnf/dnf.conf", "[main]\n");
        Write("etc/yum.repos.d/x.repo", "[x]\n");
        Write("etc/zypp/repos.d/x.repo", "[x]\n");

        Assert.Equal(family, ShippedFamilies.All.In(_folder.Path, OsReleaseFile.Read(_folder.Path))?.Id);
    }

    [Theory]
    [InlineData("etc/yum.repos.d", PackageFamily.Dnf)]
    [InlineData("etc/zypp/repos.d", PackageFamily.Zypper)]
    public void Without_a_known_system_the_tool_that_has_repositories_decides(string folder, PackageFamily family)
    {
        Write("etc/os-release", Unknown);
        Write("var/lib/rpm/rpmdb.sqlite", "");
        Write("etc/dnf/dnf.conf", "[main]\n");
        Write("etc/zypp/zypp.conf", "[main]\n");
        Write(folder + "/x.repo", "[x]\n");

        Assert.Equal(family, ShippedFamilies.All.In(_folder.Path, OsReleaseFile.Read(_folder.Path))?.Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Unknown)]
    public void Without_a_known_system_the_database_with_the_base_system_decides(string? osRelease)
    {
        if (osRelease is not null)
            Write("etc/os-release", osRelease);
        Write("var/lib/rpm/rpmdb.sqlite", "");
        Write("etc/dnf/dnf.conf", "[main]\n");
        Write("var/lib/dpkg/status", "");
        Assert.Equal(PackageFamily.Dnf, ShippedFamilies.All.In(_folder.Path, OsReleaseFile.Read(_folder.Path))?.Id);

        Write("var/lib/dpkg/status", Other);
        Assert.Equal(PackageFamily.Dnf, ShippedFamilies.All.In(_folder.Path, OsReleaseFile.Read(_folder.Path))?.Id);

        Write("var/lib/dpkg/status", Other + Dpkg);
        Assert.Equal(PackageFamily.Apt, ShippedFamilies.All.In(_folder.Path, OsReleaseFile.Read(_folder.Path))?.Id);
    }

    [Fact]
    public void A_relative_of_debian_is_apts()
    {
        Write("etc/os-release", Mint);
        Write("var/lib/dpkg/status", Other);
        Write("var/lib/rpm/Packages", "");

        Assert.Equal(PackageFamily.Apt, ShippedFamilies.All.In(_folder.Path, OsReleaseFile.Read(_folder.Path))?.Id);
    }

    [Theory]
    [InlineData(Debian, "var/lib/rpm/rpmdb.sqlite", "Debian12", "var/lib/dpkg/status")]
    [InlineData(Red, "var/lib/dpkg/status", "RedhatEnterpriseLinux9.4", "var/lib/rpm")]
    [InlineData(Suse, "var/lib/dpkg/status", "Suse15.5", "usr/lib/sysimage/rpm")]
    public void A_known_system_whose_own_database_is_missing_is_an_error_that_names_it(
        string osRelease,
        string there,
        string product,
        string missing
    )
    {
        Write("etc/os-release", osRelease);
        Write(there, Dpkg);

        var error = Assert.Throws<PatchToolsException>(() => Session().Manager());

        Assert.Equal(PatchErrors.PackageManagerNotFound, error.Error);
        Assert.Contains(product, error.Message, StringComparison.Ordinal);
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }

    private HostContext Host =>
        new()
        {
            Paths = new HostPaths { Root = _folder.Path, DataDirectory = _folder.File("data") },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };

    private IFileOwners? Owners() => Session().FileOwners();

    private HostSession Session() => new(Host, new NoRunner(), null!, null, ShippedFamilies.All);

    private sealed class NoRunner : IProcessRunner
    {
        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"{command} was started");
    }

    private void Write(string path, string text)
    {
        var file = _folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
