using System.Globalization;
using PatchTools.Hosts;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>What hosts of dnf and zypper share: a root with a real rpm database, and repositories beside it.</summary>
internal abstract class RpmHost : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    /// <param name="universe">What the host has.</param>
    /// <param name="withPlatform">Whether its modules require the platform of the release.</param>
    protected RpmHost(RpmUniverse universe, bool withPlatform = true)
    {
        Universe = universe;
        Directory.CreateDirectory(Path.Combine(Root, "var/lib/rpm"));

        // Debian's rpm keeps its database below the home directory, also within a root.
        var home = Path.Combine(Root, (Environment.GetEnvironmentVariable("HOME") ?? "/root").TrimStart('/'));
        Directory.CreateDirectory(home);
        File.CreateSymbolicLink(
            Path.Combine(home, ".rpmdb"),
            Path.GetRelativePath(home, Path.Combine(Root, "var/lib/rpm"))
        );
        InstalledRpms.Install(Root, universe.Installed);
        var made = TimeProvider.System.GetUtcNow().AddDays(-2);
        foreach (var repository in universe.Repositories)
            RepositoryFiles.Write(repository, RepositoryFolder(repository), made, withPlatform);
    }

    public string Root => Path.Combine(_folder.Path, "root");

    public HostContext Context =>
        new()
        {
            Paths = new HostPaths
            {
                Root = Root,
                StateDirectory = _folder.Path,
                DataDirectory = Path.Combine(_folder.Path, "data"),
            },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            IsRoot = true,
        };

    protected RpmUniverse Universe { get; }

    protected string RepositoryFolder(RpmRepository repository) => Path.Combine(_folder.Path, "repos", repository.Id);

    protected string Outside(string name) => Path.Combine(_folder.Path, name);

    public void Dispose()
    {
        if (Directory.Exists(_folder.Path))
            _folder.Dispose();
    }

    protected void Write(string relative, string text)
    {
        var path = Path.Combine(Root, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Takes away the cache of dead repositories, and changes one byte in a list of damaged ones.</summary>
    protected void Spoil(Func<RpmRepository, string> cacheOf)
    {
        foreach (var repository in Universe.Repositories)
        {
            if (repository.Condition is null)
                continue;
            var cache = cacheOf(repository);
            if (repository.Condition == "dead")
            {
                Directory.Delete(cache, recursive: true);
                Directory.Delete(RepositoryFolder(repository), recursive: true);
                continue;
            }

            var list = Directory
                .GetFiles(Path.Combine(cache, "repodata"))
                .Where(f => f.Contains("primary", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .First();
            var bytes = File.ReadAllBytes(list);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(list, bytes);
        }
    }
}

/// <summary>A host of zypper, which the real zypper works on through <c>--root</c>.</summary>
internal sealed class ZypperHost : RpmHost
{
    public ZypperHost(RpmUniverse universe)
        : base(universe)
    {
        Write(
            "etc/os-release",
            "ID=sles\nVERSION_ID=\"15.5\"\nID_LIKE=suse\nNAME=SLES\nPRETTY_NAME=\"SUSE Linux Enterprise "
                + "Server 15 SP5\"\n"
        );
        Write(
            "etc/products.d/SLES.prod",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<product "
                + "schemeversion=\"0\"><vendor>Rig</vendor><name>SLES</name><version>15.5</version><release>0</release>"
                + "<endoflife>2040-12-31</endoflife><arch>x86_64</arch></product>\n"
        );
        File.CreateSymbolicLink(Path.Combine(Root, "etc/products.d/baseproduct"), "SLES.prod");
        Write("etc/zypp/zypp.conf", "[main]\nmultiversion = provides:multiversion(kernel)\n");
        foreach (var repository in universe.Repositories)
            Write(
                $"etc/zypp/repos.d/{repository.Id}.repo",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"[{repository.Id}]\nname={repository.Id}\nenabled=1\nautorefresh=1\ntype=rpm-md\n"
                        + $"baseurl=dir:{RepositoryFolder(repository)}\ngpgcheck=0\npriority={repository.Priority}\n"
                )
            );
        if (universe.Locks.Count > 0)
            Write(
                "etc/zypp/locks",
                string.Concat(
                    universe.Locks.Select(l =>
                        $"\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: {l}\n"
                    )
                )
            );
        if (universe.Repositories.Count > 0)
            Zypper("--no-gpg-checks", "refresh").Expect();
        Spoil(r => Path.Combine(Root, "var/cache/zypp/raw", r.Id));
    }

    /// <summary>Runs zypper with the root's own configuration.</summary>
    public RigRun Zypper(params IEnumerable<string> arguments) =>
        RigProcess.Run(
            "env",
            [
                "LC_ALL=C.UTF-8",
                $"ZYPP_CONF={Path.Combine(Root, "etc/zypp/zypp.conf")}",
                "zypper",
                "--root",
                Root,
                "--non-interactive",
                .. arguments,
            ]
        );
}
