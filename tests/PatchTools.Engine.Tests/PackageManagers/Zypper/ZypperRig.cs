using System.Xml.Linq;
using PatchTools.Adapters.Compression;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>
/// Repositories of real rpms with patches, made once for all tests, and throw-away roots with a real rpm database over
/// them, which the real zypper works on through <c>--root</c>. Nothing leaves the machine and nothing of it is changed.
/// </summary>
public sealed class ZypperUniverse : IDisposable
{
    private static readonly RigRpm[] _packages =
    [
        new("a-sec", "1.0-1") { Repository = "base", IsInstalled = true },
        new("a-sec", "1.1-1") { Repository = "base" },
        new("a-sec", "1.2-1") { Repository = "base" },
        new("a-rec", "1.0-1") { Repository = "base", IsInstalled = true },
        new("a-rec", "1.1-1") { Repository = "base" },
        new("a-opt", "1.0-1") { Repository = "base", IsInstalled = true },
        new("a-opt", "1.1-1") { Repository = "base" },
        new("a-plain", "1.0-1") { Repository = "base", IsInstalled = true },
        new("a-plain", "1.1-1") { Repository = "base" },
        new("a-epoch", "2.0-1") { IsInstalled = true },
        new("a-epoch", "1:1.0-1") { Repository = "base" },
        new("a-tilde", "1.0~rc1-1") { IsInstalled = true },
        new("a-tilde", "1.0-1") { Repository = "base" },
        new("a-newer", "3.0-1") { IsInstalled = true },
        new("a-newer", "2.0-1") { Repository = "base" },
        new("a-noarch", "1.0-1")
        {
            Repository = "base",
            IsInstalled = true,
            Architecture = "noarch",
        },
        new("a-noarch", "1.1-1") { Repository = "base", Architecture = "noarch" },
        new("a-new", "1.0-1") { Repository = "base" },
        new("a-gone", "1.0-1") { Repository = "base", IsInstalled = true },
        new("v-other", "1.0-1") { IsInstalled = true },
        new("v-other", "2.0-1") { Repository = "base", Vendor = "obs://build.opensuse.org/home:somebody" },
        new("v-kin", "1.0-1") { IsInstalled = true },
        new("v-kin", "2.0-1") { Repository = "base", Vendor = "SUSE Package Hub" },
        new("libzypp", "17.0-1") { Repository = "base", IsInstalled = true },
        new("libzypp", "17.1-1") { Repository = "base" },
        new("core", "1.0-1") { Repository = "base", IsInstalled = true },
        new("core", "1.1-1") { Repository = "base" },
        new("kernel-default", "5.14.21-150500.55.39.1") { Repository = "base", IsInstalled = true },
        new("kernel-default", "5.14.21-150500.55.44.1") { Repository = "base", IsInstalled = true },
        new("p-both", "1.0-1") { Repository = "base", IsInstalled = true },
        new("p-both", "1.1-1") { Repository = "base" },
        new("p-both", "1.5-1") { Repository = "extra" },
        new("p-extra", "1.0-1") { IsInstalled = true },
        new("p-extra", "1.1-1") { Repository = "extra" },
        new RigRpm("o-new", "2.0-1") { Repository = "base" }.With("Obsoletes: o-old < 2"),
        new("o-old", "1.0-1") { Repository = "base", IsInstalled = true },
        new("n-tool", "1.0-1") { IsInstalled = true },
        new("n-tool", "1.1-1") { Repository = "plain" },
        new("d-app", "1.0-1") { IsInstalled = true },
        new RigRpm("d-app", "2.0-1") { Repository = "deps" }.With("Requires: d-lib >= 2"),
        new("d-lib", "1.0-1") { IsInstalled = true },
        new("d-lib", "2.0-1") { Repository = "deps" },
        new("d-new", "1.0-1") { IsInstalled = true },
        new RigRpm("d-new", "2.0-1") { Repository = "deps" }
            .With("Requires: d-dependency")
            .With("Recommends: d-extra"),
        new("d-dependency", "2:1.0-1") { Repository = "deps" },
        new("d-extra", "1.0-1") { Repository = "deps" },
        new("d-unmet", "1.0-1") { IsInstalled = true },
        new RigRpm("d-unmet", "2.0-1") { Repository = "deps" }.With("Requires: not-anywhere"),
        new("d-rival", "1.0-1") { IsInstalled = true },
        new RigRpm("d-rival", "2.0-1") { Repository = "deps" }.With("Conflicts: a-plain"),
        new("d-one", "1.0-1") { IsInstalled = true },
        new RigRpm("d-one", "2.0-1") { Repository = "deps" }.With("Requires: d-two = 2.0-1"),
        new("d-two", "1.0-1") { IsInstalled = true },
        new RigRpm("d-two", "2.0-1") { Repository = "deps" }.With("Requires: d-one = 2.0-1"),
    ];

    private static readonly RigPatch[] _patches =
    [
        new("base", "RIG-SLE-2026-1", "security", "Important", ["a-sec 1.1-1", "a-epoch 1:1.0-1", "a-tilde 1.0-1"]),
        new("base", "RIG-SLE-2026-2", "Security", "critical", ["a-sec 1.2-1", "a-newer 2.0-1"]),
        new("base", "RIG-SLE-2026-3", "recommended", "moderate", ["a-rec 1.1-1", "a-noarch.noarch 1.1-1"]),
        new("base", "RIG-SLE-2026-4", "optional", "low", ["a-opt 1.1-1"]),
        new("base", "RIG-SLE-2026-5", "security", "", ["a-new 1.0-1", "a-gone 1.1-1", "v-other 2.0-1"]),
        new("base", "RIG-SLE-2026-6", "recommended", "important", ["libzypp 17.1-1"]) { SuggestsRestart = true },
        new("base", "RIG-SLE-2026-7", "security", "important", ["core 1.1-1"]) { SuggestsReboot = true },
        new("base", "RIG-SLE-2026-8", "security", "low", ["a-sec 1.0-1"]),
        new(
            "deps",
            "RIG-SLE-2026-10",
            "security",
            "important",
            [
                "d-app 2.0-1",
                "d-lib 2.0-1",
                "d-new 2.0-1",
                "d-unmet 2.0-1",
                "d-rival 2.0-1",
                "d-one 2.0-1",
                "d-two 2.0-1",
            ]
        ),
        new("extra", "RIG-SLE-2026-9", "security", "moderate", ["p-both 1.5-1", "p-extra 1.1-1"]),
    ];

    private readonly TemporaryDirectory _folder = new();
    private readonly Lock _lock = new();
    private readonly List<string> _installed = [];

    public string RepositoryFolder(string repository) => Path.Combine(_folder.Path, "repos", repository);

    /// <summary>A root that has the installed packages and the repository <c>base</c>.</summary>
    internal ZypperRoot NewRoot()
    {
        Rig.NeedsCommands("zypper", "rpm", "rpmbuild", "createrepo_c", "modifyrepo_c");
        Rig.NeedsRoot();
        lock (_lock)
        {
            if (_installed.Count == 0)
                Build();
        }

        var root = new ZypperRoot(this);
        root.OwnRepository("base");
        RigRpms.Run(
            "rpm",
            [
                "--dbpath",
                Path.Combine(root.Path, "var/lib/rpm"),
                "--justdb",
                "--nodeps",
                "--force-debian",
                "--nosignature",
                "--noscripts",
                "--ignoreos",
                "--ignorearch",
                "--force",
                "-i",
                .. _installed,
            ]
        );
        return root;
    }

    public void Dispose() => _folder.Dispose();

    private void Build()
    {
        var files = RigRpms.Build(_packages, _folder.Path);
        foreach (var (package, file) in files)
        {
            if (package.Repository.Length == 0)
                continue;
            Directory.CreateDirectory(RepositoryFolder(package.Repository));
            File.Copy(file, Path.Combine(RepositoryFolder(package.Repository), package.FileName));
        }

        foreach (var repository in new[] { "base", "extra", "plain", "deps" })
            RigRpms.MakeRepository(RepositoryFolder(repository), [.. _patches.Where(p => p.Repository == repository)]);
        _installed.AddRange(files.Where(f => f.Key.IsInstalled).Select(f => f.Value));
    }
}

/// <summary>The universe is built once for all tests that use it.</summary>
[CollectionDefinition(Name)]
public sealed class ZypperUniverseTests : ICollectionFixture<ZypperUniverse>
{
    public const string Name = "zypper universe";
}

/// <summary>A throw-away root with a real rpm database, and the real zypper on it.</summary>
internal sealed class ZypperRoot : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly TemporaryDirectory _data = new();
    private readonly ZypperUniverse _universe;

    public ZypperRoot(ZypperUniverse universe)
    {
        _universe = universe;
        Write(
            "etc/os-release",
            "ID=sles\nVERSION_ID=\"15.5\"\nID_LIKE=suse\nNAME=SLES\nPRETTY_NAME=\"SUSE Linux Enterprise "
                + "Server 15 SP5\"\n"
        );
        Product("2030-12-31");
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "var/lib/rpm"));

        // Debian's rpm keeps its database below the home directory, also within a root.
        var home = System.IO.Path.Combine(Path, (Environment.GetEnvironmentVariable("HOME") ?? "/root").TrimStart('/'));
        Directory.CreateDirectory(home);
        File.CreateSymbolicLink(System.IO.Path.Combine(home, ".rpmdb"), System.IO.Path.Combine(Path, "var/lib/rpm"));
    }

    public string Path => _folder.Path;

    public void Write(string file, string text) => File.WriteAllText(_folder.File(file), text);

    public void Product(string endOfLife)
    {
        Write(
            "etc/products.d/SLES.prod",
            $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<product "
                + "schemeversion=\"0\"><vendor>SUSE</vendor><name>SLES</name><version>15.5</version><release>"
                + $"0</release><endoflife>{endOfLife}</endoflife><arch>x86_64</arch></product>\n"
        );
        var link = System.IO.Path.Combine(Path, "etc/products.d/baseproduct");
        if (!File.Exists(link))
            File.CreateSymbolicLink(link, "SLES.prod");
    }

    public void Repository(string alias, string lines) =>
        Write($"etc/zypp/repos.d/{alias.Replace('/', '_')}.repo", $"[{alias}]\nautorefresh=1\ngpgcheck=0\n{lines}\n");

    public void OwnRepository(string alias, string lines = "")
    {
        Hold(_universe.RepositoryFolder(alias));
        Repository(alias, $"name=The {alias} one\nbaseurl=dir:{_universe.RepositoryFolder(alias)}\n{lines}");
    }

    /// <summary>Puts a copy of a folder of this machine where the root, taken for an image, looks for it.</summary>
    public void Hold(string folder)
    {
        var copy = Path + folder;
        if (Directory.Exists(copy))
            return;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
        RigRpms.Run("cp", "-a", folder, copy);
    }

    public string Zypper(params string[] arguments) => Zypper(0, arguments);

    /// <summary>Its own configuration is the root's, as on a host.</summary>
    public string Zypper(int exitCode, params string[] arguments) =>
        RigProcess
            .Run(
                "env",
                [
                    "LC_ALL=C.UTF-8",
                    $"ZYPP_CONF={System.IO.Path.Combine(Path, "etc/zypp/zypp.conf")}",
                    "zypper",
                    "--root",
                    Path,
                    "--non-interactive",
                    .. arguments,
                ]
            )
            .Expect(exitCode)
            .Output;

    /// <summary><c>zypper list-updates</c> as <c>name.arch edition</c>.</summary>
    public IEnumerable<string> ZypperUpdates(params string[] options) =>
        Updates(["list-updates", .. options])
            .Select(u =>
                $"{(string)u.Attribute("name")!}.{(string)u.Attribute("arch")!} {(string)u.Attribute("edition")!}"
            )
            .Order(StringComparer.Ordinal);

    /// <summary><c>zypper list-patches</c>: what is needed, with everything that zypper says of it.</summary>
    public IEnumerable<string> ZypperPatches() =>
        Updates(["list-patches", "--all", "--with-optional"])
            .Where(u => (string?)u.Attribute("status") == "needed")
            .Select(u =>
                string.Join(
                    ' ',
                    (string)u.Attribute("name")!,
                    (string)u.Attribute("category")!,
                    (string)u.Attribute("severity")!,
                    (string)u.Attribute("pkgmanager")!,
                    (string)u.Attribute("restart")!,
                    DateTimeOffset
                        .FromUnixTimeSeconds((long)u.Element("issue-date")!.Attribute("time_t")!)
                        .ToString("s", System.Globalization.CultureInfo.InvariantCulture),
                    string.Join(',', u.Descendants("issue").Select(i => (string)i.Attribute("id")!))
                )
            )
            .Order(StringComparer.Ordinal);

    public Task<HostInventory> InventoryAsync(
        bool refresh = false,
        IRunObserver? observer = null,
        string? customSources = null
    ) =>
        Manager(observer)
            .GetInventoryAsync(
                new InventoryRequest
                {
                    Refresh = refresh,
                    Origin = InventoryOrigin.Root,
                    LockTimeout = TimeSpan.Zero,
                    CustomSources = customSources,
                },
                observer ?? new SilentObserver(),
                CancellationToken.None
            );

    public ZypperPackageManager Manager(
        IRunObserver? observer = null,
        string? proc = null,
        IProcessRunner? runner = null
    )
    {
        var host = new HostContext
        {
            Paths = new HostPaths
            {
                Root = Path,
                StateDirectory = _data.Path,
                DataDirectory = _data.Path,
                ProcDirectory = proc ?? "/proc",
            },
            Environment = new Dictionary<string, string>(),
            IsRoot = Environment.IsPrivilegedProcess,
        };
        return new ZypperPackageManager(
            new HostSession(
                host,
                runner ?? new ProcessRunner(host, observer ?? new SilentObserver()),
                new Decompressor()
            )
        );
    }

    public void Dispose()
    {
        _folder.Dispose();
        _data.Dispose();
    }

    private IEnumerable<XElement> Updates(string[] arguments) =>
        XDocument.Parse(Zypper(["--no-refresh", "--xmlout", .. arguments])).Descendants("update");
}
