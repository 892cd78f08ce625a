using System.Globalization;
using System.Text;
using PatchTools.Adapters.Compression;
using PatchTools.Evaluation;
using PatchTools.Families.Dnf;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Dnf.Transaction;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Versions;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// A root that looks like a host of yum 3 (Amazon Linux 2) or dnf 5 (Fedora) to PatchTools: configuration, one
/// repository in the tool's cache, and an rpm database that exists in the test only. The tools themselves are a
/// <see cref="ScriptedRunner"/>.
/// </summary>
internal sealed class MadeUpRpmHost : IDisposable
{
    /// <summary>What every question to yum's resolver begins with.</summary>
    public const string YumPlan =
        "yum --installroot={root} --setopt=*.skip_if_unavailable=1 -C --setopt=exit_on_lock=1 --assumeno "
        + "--setopt=debuglevel=2 --setopt=skip_broken=0 update";

    public const string YumInstall =
        "yum --installroot={root} --setopt=*.skip_if_unavailable=1 -y --setopt=exit_on_lock=1 "
        + "--setopt=*.metadata_expire=-1 --setopt=skip_broken=0 update";

    public const string Dnf5Plan =
        "dnf5 --installroot={root} --setopt=*.skip_if_unavailable=1 -C --setopt=exit_on_lock=1 --assumeno "
        + "--best --setopt=skip_broken=0 --setopt=skip_unavailable=0 install";

    public const string Dnf5Install =
        "dnf5 --installroot={root} --setopt=*.skip_if_unavailable=1 -y --setopt=exit_on_lock=1 "
        + "--setopt=*.metadata_expire=-1 --best --setopt=skip_broken=0 --setopt=skip_unavailable=0 install";

    private readonly TemporaryDirectory _root = new();
    private readonly TemporaryDirectory _data = new();
    private readonly SortedSet<string> _installed = new(StringComparer.Ordinal);
    private readonly DnfTool _tool;
    private readonly string _repository;

    private MadeUpRpmHost(DnfTool tool, string repository, string cache)
    {
        _tool = tool;
        _repository = repository;
        Runner = new ScriptedRunner(_root.Path, _data.Path, Answer);
        Write($"usr/bin/{tool.Command}", "");
        Write(
            tool.Configuration[^1],
            $"[main]\n{(tool.KeepsListsFlat ? "cachedir=/var/cache/yum/$basearch/$releasever\n" : "")}gpgcheck=1\n"
        );
        Write(
            $"etc/yum.repos.d/{repository}.repo",
            $"[{repository}]\nname={repository}\nbaseurl=https://repo.example.com/\n"
        );
        Write($"{tool.VariableFolders[^1]}/releasever", "2\n");
        Write("var/lib/rpm/Packages", "");
        var section = IniSectionOf(repository);
        CacheFolder = Path.Combine(_root.Path, cache, section.CacheName(tool));
    }

    public ScriptedRunner Runner { get; }

    /// <summary>How long a request waits for locks.</summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.Zero;

    public RecordingObserver Observer { get; } = new();

    /// <summary>The repository's folder in the tool's cache.</summary>
    public string CacheFolder { get; }

    public string Root => _root.Path;

    /// <param name="installed">What rpm has, <c>name-[epoch:]version-release.arch</c>.</param>
    /// <param name="offered">What the repository offers.</param>
    public static MadeUpRpmHost AmazonLinux2(IEnumerable<string> installed, IEnumerable<string> offered)
    {
        var host = new MadeUpRpmHost(DnfTool.Yum3, "amzn2-core", "var/cache/yum/x86_64/2");
        host.Write(
            "etc/os-release",
            "NAME=\"Amazon Linux\"\nVERSION=\"2\"\nID=\"amzn\"\nID_LIKE=\"centos rhel "
                + "fedora\"\nVERSION_ID=\"2\"\nPRETTY_NAME=\"Amazon Linux 2\"\n"
        );
        return host.With(installed, offered);
    }

    /// <inheritdoc cref="AmazonLinux2"/>
    public static MadeUpRpmHost Fedora(IEnumerable<string> installed, IEnumerable<string> offered)
    {
        var host = new MadeUpRpmHost(DnfTool.Dnf5, "updates", "var/cache/libdnf5");
        host.Write(
            "etc/os-release",
            "NAME=\"Fedora "
                + "Linux\"\nVERSION=\"42\"\nID=fedora\nVERSION_ID=42\nPLATFORM_ID=\"platform:f42\"\n"
                + "PRETTY_NAME=\"Fedora Linux 42\"\n"
        );
        return host.With(installed, offered);
    }

    /// <summary>What the tool installs when it works: the new versions come and what they update goes.</summary>
    public void Replace(params string[] incoming)
    {
        foreach (var package in incoming.Select(p => Nevra.TryParse(p)!))
        {
            if (package.Name != "kernel")
                _installed.RemoveWhere(i =>
                    Nevra.TryParse(i) is { } old && old.Name == package.Name && old.Architecture == package.Architecture
                );
            _installed.Add($"{package.Name}-{package.Edition}.{package.Architecture}");
        }
    }

    public bool Has(string nevra) => _installed.Contains(nevra);

    public DnfPackageManager Manager() =>
        new(new HostSession(Host, Runner, new Decompressor(), new PatchTools.Adapters.Toml.TomlReader()));

    public Task<HostInventory> InventoryAsync(bool refresh = false) =>
        Manager()
            .GetInventoryAsync(
                new InventoryRequest
                {
                    Refresh = refresh,
                    Origin = InventoryOrigin.Root,
                    LockTimeout = TimeSpan.Zero,
                },
                Observer,
                CancellationToken.None
            );

    public async Task<InstallPlan> PlanAsync(params string[] targets) =>
        await Manager().PlanAsync(await RequestAsync(targets), Observer, CancellationToken.None);

    /// <summary>Plans and carries out; the commands go to the script, whatever the root.</summary>
    public async Task<InstallOutcome> InstallAsync(params string[] targets)
    {
        var request = await RequestAsync(targets);
        var plan = await Manager().PlanAsync(request, Observer, CancellationToken.None);
        return await new DnfInstaller(
            Host,
            Runner,
            new InstalledPackages(Host, Runner, new HostMemory()),
            _tool,
            Path.GetDirectoryName(CacheFolder)!,
            request,
            Observer
        ).InstallAsync(plan, CancellationToken.None);
    }

    public void Dispose()
    {
        _root.Dispose();
        _data.Dispose();
    }

    private HostContext Host =>
        new()
        {
            Paths = new HostPaths
            {
                Root = _root.Path,
                StateDirectory = _data.Path,
                DataDirectory = _data.Path,
                ProcDirectory = Path.Combine(_root.Path, "proc"),
            },
            Environment = new Dictionary<string, string>(),
            IsRoot = true,
        };

    private async Task<InstallRequest> RequestAsync(string[] targets)
    {
        var inventory = await InventoryAsync();
        return new InstallRequest
        {
            Inventory = inventory,
            Dependencies = new Anything(),
            LockTimeout = LockTimeout,
            Targets =
            [
                .. targets
                    .Select(t => Nevra.TryParse(t)!)
                    .Select(n => new PatchTarget
                    {
                        Name = n.Name,
                        Architecture = n.Architecture,
                        Edition = n.Edition,
                        InstalledEdition = inventory.Installed.LastOrDefault(p => p.Name == n.Name)?.Edition ?? "",
                        Id = $"{n.Name}.{n.Architecture}",
                    }),
            ],
        };
    }

    private MadeUpRpmHost With(IEnumerable<string> installed, IEnumerable<string> offered)
    {
        foreach (var nevra in installed)
            _installed.Add(nevra);
        var packages = offered.Select(o => Nevra.TryParse(o)!).ToList();
        var primary = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{packages.Count}\">\n"
        );
        foreach (var package in packages)
        {
            var colon = package.Edition.IndexOf(':', StringComparison.Ordinal);
            var parts = package.Edition[(colon + 1)..].Split('-');
            primary.Append(
                CultureInfo.InvariantCulture,
                $"<package type=\"rpm\">\n  <name>{package.Name}</name>\n  "
                    + $"<arch>{package.Architecture}</arch>\n  <version "
                    + $"epoch=\"{(colon < 0 ? "0" : package.Edition[..colon])}\" ver=\"{parts[0]}\" "
                    + $"rel=\"{parts[1]}\"/>\n  <checksum type=\"sha256\" pkgid=\"YES\">00</checksum>\n  <time "
                    + $"file=\"1767225600\" build=\"1767225600\"/>\n  <size package=\"1000\" installed=\"2000\" "
                    + $"archive=\"0\"/>\n  <format/>\n</package>\n"
            );
        }

        var folder = _tool.KeepsListsFlat ? CacheFolder : Path.Combine(CacheFolder, "repodata");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "primary.xml"), primary.Append("</metadata>\n").ToString());
        File.WriteAllText(
            Path.Combine(folder, "repomd.xml"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<repomd xmlns=\"http://linux.duke.edu/metadata/repo\">\n<revision>1767225600</revision>\n<data type=\"primary\"><checksum type=\"sha256\">00</checksum><location href=\"repodata/primary.xml\"/><timestamp>1767225600</timestamp></data>\n</repomd>\n"
        );
        if (_tool.ConfirmationFile is { } cookie)
            File.WriteAllText(Path.Combine(CacheFolder, cookie), "");
        return this;
    }

    private DnfRepository IniSectionOf(string repository) =>
        DnfConfiguration
            .Read(_root.Path, _tool, "x86_64", "2", customSources: null, [])
            .Repositories.Single(r => r.Id == repository);

    private CommandResult? Answer(Command command)
    {
        if (command.FileName != "rpm")
            return null;
        // Nothing that is installed here says who makes the operating system.
        if (command.Arguments.Contains("--whatprovides"))
            return new CommandResult(6, "", "", TimeSpan.Zero);
        if (command.Arguments.Contains("-Va"))
            return new CommandResult(0, "", "", TimeSpan.Zero);
        if (!command.Arguments.Contains("-qa"))
            return null;
        const char field = '\u001f';
        var lines = _installed
            .Select(i => Nevra.TryParse(i)!)
            .Select(n =>
            {
                var colon = n.Edition.IndexOf(':', StringComparison.Ordinal);
                var parts = n.Edition[(colon + 1)..].Split('-');
                return string.Join(
                    field,
                    n.Name,
                    n.Architecture,
                    colon < 0 ? "0" : n.Edition[..colon],
                    parts[0],
                    parts[1],
                    "1767916800",
                    "1767225600",
                    "(none)"
                );
            });
        return new CommandResult(0, string.Concat(lines.Select(l => l + '\u001e')), "", TimeSpan.Zero);
    }

    private void Write(string file, string text) => File.WriteAllText(_root.File(file), text);

    private sealed class Anything : IDependencyPolicy
    {
        public string? RefusalOf(string name, string architecture, string edition) => null;
    }
}
