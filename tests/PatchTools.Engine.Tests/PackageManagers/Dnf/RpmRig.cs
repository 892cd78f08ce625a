using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchTools.Adapters.Compression;
using PatchTools.Families.Dnf;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>One package of the rig's universe.</summary>
/// <param name="Name">Package name.</param>
/// <param name="Edition"><c>[epoch:]version-release</c>.</param>
/// <param name="Repository">Which repository offers it; empty for none.</param>
/// <param name="IsInstalled">Whether the rig's host has it.</param>
/// <param name="Architecture">rpm architecture.</param>
/// <param name="Tags">Further lines of its spec file.</param>
internal sealed record RigPackage(
    string Name,
    string Edition,
    string Repository = "",
    bool IsInstalled = false,
    string Architecture = "x86_64",
    string Tags = ""
);

/// <summary>One advisory of the rig's universe; packages as <c>name edition</c>, of x86_64.</summary>
internal sealed record RigAdvisory(
    string Repository,
    string Id,
    string Type,
    string Severity,
    string Date,
    IReadOnlyList<string> Packages,
    string? Module = null
);

/// <summary>
/// Repositories of real rpms, made once for all tests by rpmbuild and createrepo_c, and throw-away roots with a real
/// rpm database over them, which the real dnf works on through <c>--installroot</c>. Nothing leaves the machine and
/// nothing of it is changed.
/// </summary>
public sealed class RpmUniverse : IDisposable
{
    private static readonly RigPackage[] _packages =
    [
        new(
            "system-release",
            "9.4-1",
            IsInstalled: true,
            Architecture: "noarch",
            Tags: "Provides: system-release(releasever) = 9"
        ),
        new("a-sec", "1.0-1", "base", true),
        new("a-sec", "1.1-1", "base"),
        new("a-sec", "1.2-1", "base"),
        new("a-bug", "1.0-1", "base", true),
        new("a-bug", "1.1-1", "base"),
        new("a-plain", "1.0-1", "base", true),
        new("a-plain", "1.1-1", "base"),
        new("a-plain-more", "1.0-1", "base", true),
        new("a-plain-more", "1.1-1", "base"),
        new("a-epoch", "2.0-1", "", true),
        new("a-epoch", "1:1.0-1", "base"),
        new("a-tilde", "1.0~rc1-1", "", true),
        new("a-tilde", "1.0-1", "base"),
        new("a-caret", "1.0-1", "", true),
        new("a-caret", "1.0^20260101-1", "base"),
        new("a-newer", "3.0-1", "", true),
        new("a-newer", "2.0-1", "base"),
        new("a-noarch", "1.0-1", "base", true, "noarch"),
        new("a-noarch", "1.1-1", "base", false, "noarch"),
        new("a-new", "1.0-1", "base"),
        new("a-rollup", "1.0-1", "", true),
        new("a-rollup", "1.2-1", "base"),
        new("a-gone", "1.0-1", "base", true),
        new("kernel", "5.14.0-1", "base", true),
        new("kernel", "5.14.0-2", "base", true),
        new("kernel", "5.14.0-3", "base"),
        new("p-both", "1.0-1", "base", true),
        new("p-both", "1.1-1", "base"),
        new("p-both", "1.5-1", "extra"),
        new("p-extra", "1.0-1", "", true),
        new("p-extra", "1.1-1", "extra"),
        new("o-old", "1.0-1", "base", true),
        new("o-new", "2.0-1", "base", Tags: "Obsoletes: o-old < 2"),
        new("m-tool", "1.0-1", "", true),
        new("m-tool", "1.1-1", "base"),
        new("m-tool", "2.0-1", "base"),
        new("m-tool", "3.0-1", "base"),
        new("m-lib", "1.0-1", "", true),
        new("m-lib", "1.5-1", "base"),
        new("m-other", "1.0-1", "", true),
        new("m-other", "1.1-1", "base", Tags: "Provides: m-lib"),
        new("d-app", "1.0-1", "base", true),
        new("d-app", "2.0-1", "base", Tags: "Requires: d-lib >= 2"),
        new("d-lib", "1.0-1", "base", true),
        new("d-lib", "2.0-1", "base"),
        new("d-unmet", "1.0-1", "base", true),
        new("d-unmet", "2.0-1", "base", Tags: "Requires: not-anywhere"),
        new("n-tool", "1.0-1", "", true),
        new("n-tool", "1.1-1", "plain"),
        new("x-app", "1.0-1", "base", true),
        new("x-app", "1.1-1", "base", Tags: "Requires: o-new"),
        new("w-app", "1.0-1", "base", true),
        new("w-app", "1.1-1", "base", Tags: "Recommends: w-extra"),
        new("w-extra", "1.0-1", "base"),
        new("w-extra", "1.1-1", "base"),
        new("c-app", "1.0-1", "base", true),
        new("c-app", "1.1-1", "base", Tags: "Conflicts: a-plain"),
        new("t-one", "1.0-1", "base", true, Tags: "Requires: t-two = 1.0"),
        new("t-one", "1.1-1", "base", Tags: "Requires: t-two = 1.1"),
        new("t-two", "1.0-1", "base", true, Tags: "Requires: t-one = 1.0"),
        new("t-two", "1.1-1", "base", Tags: "Requires: t-one = 1.1"),
        new("l-name-of-a-package-that-is-longer-than-any-column-of-a-table", "1.0-1", "base", true),
        new(
            "l-name-of-a-package-that-is-longer-than-any-column-of-a-table",
            "1.1.20260101git0123456789abcdef-1.el9_4.12",
            "base"
        ),
    ];

    private static readonly RigAdvisory[] _advisories =
    [
        new(
            "base",
            "RIG-SA-1",
            "security",
            "Important",
            "2026-01-05 00:00:00",
            ["a-sec 1.1-1", "a-epoch 1:1.0-1", "a-tilde 1.0-1"]
        ),
        new(
            "base",
            "RIG-SA-2",
            "security",
            "Critical",
            "2026-01-06 00:00:00",
            ["a-sec 1.2-1", "a-caret 1.0^20260101-1", "a-newer 2.0-1"]
        ),
        new("base", "RIG-BA-3", "bugfix", "None", "2026-01-07", ["a-bug 1.1-1"]),
        new("base", "RIG-SA-4", "security", "", "2026-01-08", ["a-plain-more 1.1-1", "p-both 1.1-1", "a-new 1.0-1"]),
        new("base", "RIG-SA-5", "security", "Low", "2026-01-09", ["a-rollup 1.1-1", "a-gone 1.1-1"]),
        new(
            "base",
            "RIG-SA-6",
            "security",
            "Important",
            "2026-01-10",
            ["kernel 5.14.0-2", "kernel 5.14.0-3", "d-app 2.0-1", "d-lib 2.0-1", "d-unmet 2.0-1"]
        ),
        new("base", "RIG-SA-7", "security", "Important", "2026-01-11", ["m-tool 1.1-1"], "tool:1"),
        new("base", "RIG-SA-8", "security", "Important", "2026-01-11", ["m-tool 2.0-1"], "tool:2"),
        new("extra", "RIG-SA-9", "security", "Moderate", "2026-01-12", ["p-both 1.5-1", "p-extra 1.1-1"]),
    ];

    // m-tool 3.0 and m-lib 1.5 are bare packages.
    private const string Modules = """
        ---
        document: modulemd
        version: 2
        data:
          name: tool
          stream: "1"
          version: 1
          context: "00000001"
          arch: x86_64
          summary: synthetic
          description: synthetic
          license:
            module: [MIT]
          dependencies:
          - requires:
              platform: [el9]
          artifacts:
            rpms:
            - m-tool-0:1.1-1.x86_64
            - m-lib-0:1.0-1.x86_64
        ...
        ---
        document: modulemd
        version: 2
        data:
          name: tool
          stream: "2"
          version: 1
          context: "00000002"
          arch: x86_64
          summary: synthetic
          description: synthetic
          license:
            module: [MIT]
          dependencies: [{}]
          artifacts:
            rpms:
            - m-tool-0:2.0-1.x86_64
        ...
        ---
        document: modulemd-defaults
        version: 1
        data:
          module: tool
          stream: "1"
        ...

        """;

    private readonly TemporaryDirectory _folder = new();
    private readonly Lock _lock = new();
    private readonly List<string> _installed = [];

    public string RepositoryFolder(string repository) => Path.Combine(_folder.Path, "repos", repository);

    /// <summary>A root that has the installed packages and the repository <c>base</c>.</summary>
    internal RpmRoot NewRoot()
    {
        Rig.NeedsCommands("dnf", "rpm", "rpmbuild", "createrepo_c", "modifyrepo_c");
        lock (_lock)
        {
            if (_installed.Count == 0)
                Build();
        }

        var root = new RpmRoot(this);
        root.Hold(RepositoryFolder("base"));
        root.Repository(
            "base",
            $"baseurl=file://{RepositoryFolder("base").Replace("/base", "/b$rig", StringComparison.Ordinal)}"
        );
        Run(
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
        foreach (
            var generation in _packages
                .GroupBy(p => p.Name, StringComparer.Ordinal)
                .SelectMany(g => g.Select((p, i) => (Package: p, Generation: i)))
                .GroupBy(p => p.Generation, p => p.Package)
        )
            Build(generation.Key, [.. generation]);
        foreach (
            var repository in _packages
                .Select(p => p.Repository)
                .Where(r => r.Length > 0)
                .Distinct(StringComparer.Ordinal)
        )
            MakeRepository(repository);
    }

    internal static string Run(string command, params string[] arguments) => Run(command, [0], arguments).Output;

    internal static (int ExitCode, string Output) Run(string command, int[] expected, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["COLUMNS"] = "400";
        start.Environment["SOURCE_DATE_EPOCH"] = "1767225600";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(
            expected.Contains(process.ExitCode),
            $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}"
        );
        return (process.ExitCode, output);
    }

    /// <summary>
    /// All packages of one generation come out of one spec file, as its subpackages: rpmbuild runs as often as a name
    /// has versions.
    /// </summary>
    private void Build(int generation, IReadOnlyList<RigPackage> packages)
    {
        var spec = new StringBuilder(
            "Name: rig\nVersion: 1\nRelease: 1\nSummary: rig\nLicense: MIT\n%description\nrig\n"
        );
        foreach (var package in packages)
        {
            var (epoch, version, release) = Parts(package.Edition);
            spec.AppendLine(CultureInfo.InvariantCulture, $"%package -n {package.Name}");
            if (epoch.Length > 0)
                spec.AppendLine(CultureInfo.InvariantCulture, $"Epoch: {epoch}");
            spec.AppendLine(
                CultureInfo.InvariantCulture,
                $"Version: {version}\nRelease: {release}\nSummary: synthetic"
            );
            if (package.Architecture == "noarch")
                spec.AppendLine("BuildArch: noarch");
            if (package.Tags.Length > 0)
                spec.AppendLine(package.Tags);
            spec.AppendLine(
                CultureInfo.InvariantCulture,
                $"%description -n {package.Name}\nsynthetic\n%files -n {package.Name}"
            );
        }

        var top = Path.Combine(_folder.Path, string.Create(CultureInfo.InvariantCulture, $"build{generation}"));
        Directory.CreateDirectory(top);
        var file = Path.Combine(top, "rig.spec");
        File.WriteAllText(file, spec.ToString());
        Run(
            "rpmbuild",
            "-bb",
            "--quiet",
            "--nodeps",
            "--target",
            "x86_64",
            "--define",
            $"_topdir {top}",
            "--define",
            $"_rpmdir {top}/RPMS",
            "--define",
            "_buildhost rig",
            "--define",
            "use_source_date_epoch_as_buildtime 1",
            "--define",
            "_binary_payload w2.gzdio",
            "--define",
            "dist %{nil}",
            "--define",
            "__os_install_post %{nil}",
            "--define",
            "debug_package %{nil}",
            file
        );
        foreach (var package in packages)
        {
            var (_, version, release) = Parts(package.Edition);
            var built = Path.Combine(
                top,
                "RPMS",
                package.Architecture,
                $"{package.Name}-{version}-{release}.{package.Architecture}.rpm"
            );
            if (package.IsInstalled)
                _installed.Add(built);
            if (package.Repository.Length == 0)
                continue;
            var folder = RepositoryFolder(package.Repository);
            Directory.CreateDirectory(folder);
            File.Copy(built, Path.Combine(folder, Path.GetFileName(built)));
        }
    }

    private void MakeRepository(string repository)
    {
        var folder = RepositoryFolder(repository);
        Run(
            "createrepo_c",
            "-q",
            "--no-database",
            "--general-compress-type",
            repository == "extra" ? "xz" : "gz",
            folder
        );
        var advisories = _advisories.Where(a => a.Repository == repository).ToList();
        if (advisories.Count > 0)
        {
            var file = _folder.File($"{repository}/updateinfo.xml");
            File.WriteAllText(file, UpdateInfo(advisories));
            Run(
                "modifyrepo_c",
                "--mdtype",
                "updateinfo",
                "--compress-type",
                "gz",
                file,
                Path.Combine(folder, "repodata")
            );
        }

        if (repository != "base")
            return;
        var modules = _folder.File($"{repository}/modules.yaml");
        File.WriteAllText(modules, Modules);
        Run("modifyrepo_c", "--mdtype", "modules", "--compress-type", "gz", modules, Path.Combine(folder, "repodata"));
    }

    private static string UpdateInfo(IReadOnlyList<RigAdvisory> advisories)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n");
        foreach (var advisory in advisories)
        {
            xml.AppendLine(
                CultureInfo.InvariantCulture,
                $"<update from=\"rig@example.org\" status=\"final\" type=\"{advisory.Type}\" "
                    + $"version=\"1\"><id>{advisory.Id}</id><title>rig</title><issued "
                    + $"date=\"{advisory.Date}\"/><updated date=\"{advisory.Date}\"/>"
            );
            if (advisory.Severity.Length > 0)
                xml.AppendLine(CultureInfo.InvariantCulture, $"<severity>{advisory.Severity}</severity>");
            xml.AppendLine(
                CultureInfo.InvariantCulture,
                $"<references><reference href=\"https://example.org/\" id=\"CVE-{advisory.Id}\" type=\"cve\" title=\"c\"/></references><pkglist><collection short=\"rig\"><name>rig</name>"
            );
            if (advisory.Module?.Split(':') is [var module, var stream])
                xml.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"<module name=\"{module}\" stream=\"{stream}\" version=\"1\" context=\"0000000{stream}\" "
                        + $"arch=\"x86_64\"/>"
                );
            foreach (var (name, edition) in advisory.Packages.Select(p => (p.Split(' ')[0], p.Split(' ')[1])))
            {
                var (epoch, version, release) = Parts(edition);
                xml.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"<package name=\"{name}\" version=\"{version}\" release=\"{release}\" "
                        + $"epoch=\"{(epoch.Length == 0 ? "0" : epoch)}\" "
                        + $"arch=\"x86_64\"><filename>x.rpm</filename></package>"
                );
            }

            xml.AppendLine("</collection></pkglist></update>");
        }

        return xml.Append("</updates>\n").ToString();
    }

    private static (string Epoch, string Version, string Release) Parts(string edition)
    {
        var colon = edition.IndexOf(':', StringComparison.Ordinal);
        var rest = edition[(colon + 1)..].Split('-');
        return (colon < 0 ? "" : edition[..colon], rest[0], rest[1]);
    }
}

/// <summary>The real runner, with a record of the commands.</summary>
internal sealed class RecordingRunner : IProcessRunner
{
    private readonly ProcessRunner _runner = new(
        new HostContext { Paths = new HostPaths(), Environment = new Dictionary<string, string>() },
        new SilentObserver()
    );

    public List<Command> Commands { get; } = [];

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        Commands.Add(command);
        return _runner.RunAsync(command, cancellationToken);
    }
}

/// <summary>The universe is built once for all tests that use it.</summary>
[CollectionDefinition(Name)]
public sealed class RpmUniverseTests : ICollectionFixture<RpmUniverse>
{
    public const string Name = "rpm universe";
}

/// <summary>A throw-away root with a real rpm database, and the real dnf on it.</summary>
internal sealed class RpmRoot : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly TemporaryDirectory _data = new();
    private readonly RpmUniverse _universe;

    public RpmRoot(RpmUniverse universe)
    {
        _universe = universe;
        Write(
            "etc/os-release",
            "ID=rhel\nVERSION_ID=\"9.4\"\nID_LIKE=fedora\nPLATFORM_ID=\"platform:el9\"\nNAME=\"Red Hat "
                + "Enterprise Linux\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 9.4\"\n"
        );
        Write("etc/dnf/vars/rig", "ase\n");
        Configure("");
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "var/lib/rpm"));

        // Debian's rpm keeps its database below the home directory, also within a root.
        var home = System.IO.Path.Combine(Path, (Environment.GetEnvironmentVariable("HOME") ?? "/root").TrimStart('/'));
        Directory.CreateDirectory(home);
        File.CreateSymbolicLink(System.IO.Path.Combine(home, ".rpmdb"), System.IO.Path.Combine(Path, "var/lib/rpm"));

        // Paths of dnf's plugins are not taken for paths within the root: through this link both readings meet.
        var above = System.IO.Path.Combine(Path, _folder.Path.TrimStart('/'));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(above)!);
        File.CreateSymbolicLink(above, System.IO.Path.GetRelativePath(System.IO.Path.GetDirectoryName(above)!, Path));
        var plugins = System.IO.Path.Combine(Path, "plugins");
        Directory.CreateDirectory(plugins);
        const string plugin = "/usr/lib/python3/dist-packages/dnf-plugins/versionlock.py";
        if (!File.Exists(plugin))
            Rig.Lacks(plugin);
        File.CreateSymbolicLink(System.IO.Path.Combine(plugins, "versionlock.py"), plugin);
        Write(
            "etc/dnf/plugins/versionlock.conf",
            $"[main]\nenabled=1\nlocklist={Path}/etc/dnf/plugins/versionlock.list\n"
        );
    }

    public string Path => _folder.Path;

    /// <summary>PatchTools' own data.</summary>
    public string Data => _data.Path;

    /// <summary>Every file below a folder of the root with its content.</summary>
    public string Fingerprint(string folder) =>
        string.Join(
            '\n',
            Directory
                .GetFiles(System.IO.Path.Combine(Path, folder), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(f => $"{f} {File.ReadAllText(f)}")
        );

    public void Write(string file, string text) => File.WriteAllText(_folder.File(file), text);

    /// <summary>Lines of the main section.</summary>
    public void Configure(string lines) =>
        Write(
            "etc/dnf/dnf.conf",
            $"[main]\ngpgcheck=0\ninstallonly_limit=3\nbest=True\npluginpath={Path}/plugins\n"
                + $"pluginconfpath={Path}/etc/dnf/plugins\n{lines}\n"
        );

    public void Repository(string id, string lines) =>
        Write($"etc/yum.repos.d/{id}.repo", $"[{id}]\nname={id}\n{lines}\n");

    public void OwnRepository(string id, string lines = "")
    {
        Hold(_universe.RepositoryFolder(id));
        Repository(id, $"baseurl=file://{_universe.RepositoryFolder(id)}\n{lines}");
    }

    /// <summary>Puts a copy of a folder of this machine where the root, taken for an image, looks for it.</summary>
    public void Hold(string folder)
    {
        var copy = Path + folder;
        if (Directory.Exists(copy))
            return;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
        RpmUniverse.Run("cp", "-a", folder, copy);
    }

    /// <summary>
    /// Makes of the root a host of yum 3, whose cache holds the repository as <c>yum makecache</c> leaves it:
    /// everything beside repomd.xml, the package list as a SQLite file that is unpacked below gen, or as XML where the
    /// repository has no database.
    /// </summary>
    /// <returns>The folder of the repository in yum's cache.</returns>
    public string BecomeYum(string id, bool hasDatabase = true)
    {
        Rig.NeedsCommands("bunzip2");
        var made = _folder.File("yum-made/repodata");
        Directory.CreateDirectory(made);
        RpmUniverse.Run(
            "createrepo_c",
            "-q",
            hasDatabase ? "--database" : "--no-database",
            "--compress-type",
            "bz2",
            "-o",
            System.IO.Path.GetDirectoryName(made)!,
            _universe.RepositoryFolder(id)
        );
        foreach (
            var advisories in Directory.GetFiles(
                System.IO.Path.Combine(_universe.RepositoryFolder(id), "repodata"),
                "*updateinfo*"
            )
        )
            RpmUniverse.Run("modifyrepo_c", "--mdtype", "updateinfo", "--compress-type", "gz", advisories, made);
        Directory.Delete(System.IO.Path.Combine(Path, "etc/dnf"), recursive: true);
        Write("usr/bin/yum", "#!/usr/bin/python\n");
        Write("etc/yum.conf", "[main]\ngpgcheck=0\ncachedir=/var/cache/yum/$basearch/$releasever\n");
        OwnRepository(id);
        var cache = System.IO.Path.Combine(Path, "var/cache/yum/x86_64/9", id);
        Directory.CreateDirectory(System.IO.Path.Combine(cache, "gen"));
        foreach (
            var file in Directory
                .GetFiles(made)
                .Where(f => !hasDatabase || !f.EndsWith("primary.xml.gz", StringComparison.Ordinal))
        )
            File.Copy(file, System.IO.Path.Combine(cache, System.IO.Path.GetFileName(file)));
        foreach (var packed in Directory.GetFiles(cache, "*-primary.sqlite.bz2"))
        {
            // As urlgrabber and yum leave them: both have the time that the server gave.
            var plain = System.IO.Path.Combine(cache, "gen", "primary_db.sqlite");
            RpmUniverse.Run("bunzip2", "--keep", packed);
            File.Move(packed[..^".bz2".Length], plain);
            File.SetLastWriteTimeUtc(packed, new DateTime(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc));
            File.SetLastWriteTimeUtc(plain, new DateTime(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc));
        }

        File.WriteAllText(System.IO.Path.Combine(cache, "cachecookie"), "");
        return cache;
    }

    public void Lock(params string[] entries) =>
        Write("etc/dnf/plugins/versionlock.list", string.Join('\n', entries) + "\n");

    public void Module(string name, string stream, string state) =>
        Write(
            $"etc/dnf/modules.d/{name}.module",
            $"[{name}]\nname={name}\nstream={stream}\nprofiles=\nstate={state}\n"
        );

    public string Dnf(params string[] arguments) => RpmUniverse.Run("dnf", ["--installroot", Path, "-y", .. arguments]);

    /// <summary>What <c>dnf check</c> complains of, one line each.</summary>
    public string DnfCheck() =>
        RpmUniverse.Run("dnf", [0, 1], "--installroot", Path, "-C", "-q", "check").Output.Trim();

    /// <summary>
    /// Puts versions of the repository <c>base</c> in the place of the installed ones, whatever they require.
    /// </summary>
    public void Install(params string[] packages) =>
        RpmUniverse.Run(
            "rpm",
            [
                "--dbpath",
                System.IO.Path.Combine(Path, "var/lib/rpm"),
                "--justdb",
                "--nodeps",
                "--force-debian",
                "--nosignature",
                "--noscripts",
                "-U",
                .. packages.Select(p => System.IO.Path.Combine(_universe.RepositoryFolder("base"), $"{p}.x86_64.rpm")),
            ]
        );

    /// <summary><c>dnf list --upgrades</c> as <c>name.arch edition</c>.</summary>
    public IEnumerable<string> DnfUpgrades() =>
        RpmUniverse
            .Run("dnf", [0, 1], ["--installroot", Path, "-C", "-q", "list", "--upgrades"])
            .Output.Split('\n')
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length == 3)
            .Select(w => $"{w[0]} {w[1]}")
            .Order(StringComparer.Ordinal);

    /// <summary><c>dnf check-update</c>, which sees version locks where the list does not.</summary>
    public IEnumerable<string> DnfCheckUpdate() =>
        RpmUniverse
            .Run("dnf", [0, 100], ["--installroot", Path, "-C", "-q", "check-update"])
            .Output.Split("Obsoleting Packages")[0]
            .Split('\n')
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length == 3)
            .Select(w => $"{w[0]} {w[1]}")
            .Order(StringComparer.Ordinal);

    /// <summary><c>dnf updateinfo list --security</c> as <c>id name-edition.arch</c>.</summary>
    public IEnumerable<string> DnfSecurity() =>
        Dnf("-C", "-q", "updateinfo", "list", "--security")
            .Split('\n')
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length == 3)
            .Select(w => $"{w[0]} {w[2]}")
            .Order(StringComparer.Ordinal);

    public Task<HostInventory> InventoryAsync(
        bool refresh = false,
        IRunObserver? observer = null,
        IProcessRunner? runner = null
    ) =>
        Manager(observer, runner: runner)
            .GetInventoryAsync(
                new InventoryRequest { Refresh = refresh, Origin = InventoryOrigin.Root },
                observer ?? new SilentObserver(),
                CancellationToken.None
            );

    public DnfPackageManager Manager(
        IRunObserver? observer = null,
        string? proc = null,
        IProcessRunner? runner = null,
        bool? isRoot = null
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
            IsRoot = isRoot ?? Environment.IsPrivilegedProcess,
        };
        return new DnfPackageManager(
            new HostSession(
                host,
                runner ?? new ProcessRunner(host, observer ?? new SilentObserver()),
                new Decompressor(),
                new PatchTools.Adapters.Toml.TomlReader()
            )
        );
    }

    public void Dispose()
    {
        _folder.Dispose();
        _data.Dispose();
    }
}
