using System.Globalization;
using System.Text;
using PatchTools.Adapters.Compression;
using PatchTools.Evaluation;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// A root with dpkg's and apt's files of made-up packages: enough for the real apt to plan, nothing to install.
/// </summary>
internal sealed class MadeUpAptRoot : IDisposable
{
    private const string Lists = "var/lib/apt/lists/archive.example.com_debian_dists_bookworm";

    private readonly TemporaryDirectory _folder = new();
    private readonly StringBuilder _status = new();
    private readonly StringBuilder _offers = new();
    private readonly StringBuilder _untrusted = new();
    private readonly StringBuilder _automatic = new();

    public MadeUpAptRoot()
    {
        Rig.NeedsCommands("apt-get", "apt-cache", "dpkg");
        Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        Write(
            "etc/apt/sources.list",
            "deb [trusted=yes arch=amd64] http://archive.example.com/debian bookworm main\ndeb [trusted=no arch=amd64] http://elsewhere.example.com/debian bookworm main\n"
        );
        foreach (
            var directory in new[]
            {
                "etc/apt/apt.conf.d",
                "etc/apt/preferences.d",
                "etc/apt/sources.list.d",
                "etc/apt/trusted.gpg.d",
                "var/lib/apt/lists/partial",
                "var/cache/apt/archives/partial",
                "var/lib/dpkg/info",
            }
        )
            Directory.CreateDirectory(Path.Combine(Root, directory));
        Installed("dpkg", "1.21", "Architecture: amd64\nEssential: yes");
    }

    public string Root => Path.Combine(_folder.Path, "root");

    public CountingRunner Runner { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public HostContext Host =>
        new()
        {
            Paths = new HostPaths
            {
                Root = Root,
                StateDirectory = _folder.Path,
                DataDirectory = Path.Combine(_folder.Path, "data"),
            },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };

    public MadeUpAptRoot Installed(
        string name,
        string version,
        string fields = "",
        string status = "install ok installed",
        bool automatic = false
    )
    {
        _status.Append(
            CultureInfo.InvariantCulture,
            $"Package: {name}\nStatus: {status}\n{Fields(name, version, fields)[$"Package: {name}\n".Length..]}\n"
        );
        if (automatic)
            _automatic.Append(
                CultureInfo.InvariantCulture,
                $"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n"
            );
        return this;
    }

    public MadeUpAptRoot Offered(string name, string version, string fields = "")
    {
        _offers.Append(Offer(name, version, fields));
        return this;
    }

    public MadeUpAptRoot OfferedElsewhere(string name, string version, string fields = "")
    {
        _untrusted.Append(Offer(name, version, fields));
        return this;
    }

    public void Write(string relative, string text)
    {
        var path = Path.Combine(Root, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    /// <summary>The plan for the named targets (<c>name=version</c>).</summary>
    public async Task<InstallPlan> PlanAsync(IDependencyPolicy policy, params string[] targets)
    {
        Write("var/lib/dpkg/status", _status.ToString());
        Write("var/lib/apt/extended_states", _automatic.ToString());
        Write(
            $"{Lists}_Release",
            "Origin: Example\nLabel: Example\nSuite: stable\nCodename: bookworm\nVersion: 12.1\nDate: Sat, "
                + "01 Nov 2025 00:00:00 UTC\n"
        );
        Write($"{Lists}_main_binary-amd64_Packages", _offers.ToString());
        Write(
            $"{Lists.Replace("archive", "elsewhere", StringComparison.Ordinal)}_Release",
            "Origin: Elsewhere\nSuite: stable\nCodename: bookworm\nDate: Sat, 01 Nov 2025 00:00:00 UTC\n"
        );
        Write(
            $"{Lists.Replace("archive", "elsewhere", StringComparison.Ordinal)}_main_binary-amd64_Packages",
            _untrusted.ToString()
        );

        var manager = new AptPackageManager(new HostSession(Host, Runner, new Decompressor()));
        var inventory = await manager.GetInventoryAsync(
            new InventoryRequest { Origin = InventoryOrigin.Root },
            Observer,
            CancellationToken.None
        );
        var request = new InstallRequest
        {
            Inventory = inventory,
            Targets =
            [
                .. targets
                    .Select(t => t.Split('=', 2))
                    .Select(t => new PatchTarget
                    {
                        Name = t[0],
                        Architecture = "amd64",
                        Edition = t[1],
                        InstalledEdition = inventory.Installed.FirstOrDefault(p => p.Name == t[0])?.Edition ?? "",
                        Id = $"{t[0]}.amd64",
                    }),
            ],
            Dependencies = policy,
        };
        return await manager.PlanAsync(request, Observer, CancellationToken.None);
    }

    public Task<InstallPlan> PlanAsync(params string[] targets) => PlanAsync(new Refusing(), targets);

    public void Dispose() => _folder.Dispose();

    private static string Offer(string name, string version, string fields) =>
        $"{Fields(name, version, fields)}Filename: pool/{name}_{version}_all.deb\nSize: 1000\nSHA256: "
        + $"{new string('0', 64)}\n\n";

    private static string Fields(string name, string version, string fields) =>
        $"Package: {name}\nVersion: "
        + $"{version}\n{(fields.Contains("Architecture:", StringComparison.Ordinal) ? "" : "Architecture: all\n")}"
        + "Maintainer: Nobody <nobody@example.com>\nPriority: optional\nSection: misc\nInstalled-Size: 10\n"
        + $"{(fields.Length > 0 ? fields + "\n" : "")}Description: made up\n";

    /// <summary>A policy that refuses the named packages.</summary>
    internal sealed class Refusing(params string[] names) : IDependencyPolicy
    {
        public string? RefusalOf(string name, string architecture, string edition) =>
            names.Contains(name) ? $"rejected patches entry '{name}'" : null;
    }

    /// <summary>The real runner, with a record of the commands.</summary>
    internal sealed class CountingRunner : IProcessRunner
    {
        private readonly ProcessRunner _runner = new(
            new HostContext { Paths = new HostPaths(), Environment = new Dictionary<string, string>() },
            SilentObserver.Instance
        );

        public List<Command> Commands { get; } = [];

        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
        {
            Commands.Add(command);
            return _runner.RunAsync(command, cancellationToken);
        }
    }
}
