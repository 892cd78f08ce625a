using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;

namespace PatchTools.Differential.Tests.Apt;

/// <summary>A universe as files that the real apt and PatchTools read alike, with apt led into them.</summary>
internal sealed class AptHost : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly AptUniverse _universe;

    public AptHost(AptUniverse universe)
    {
        _universe = universe;
        foreach (
            var directory in new[]
            {
                "etc/apt/apt.conf.d",
                "etc/apt/trusted.gpg.d",
                "etc/apt/preferences.d",
                "etc/apt/sources.list.d",
                "var/lib/apt/lists/partial",
                "var/cache/apt/archives/partial",
                "var/lib/dpkg/info",
                "var/lib/dpkg/updates",
            }
        )
            Directory.CreateDirectory(Path.Combine(Root, directory));
        Write(
            "etc/os-release",
            "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nNAME=\"Debian "
                + "GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
        );
        Write("var/lib/dpkg/arch", string.Concat(universe.Architectures.Select(a => a + "\n")));
        Write("var/lib/dpkg/status", string.Join('\n', universe.Installed.Select(Installed).Prepend(Dpkg)));
        Write("etc/apt/preferences", string.Concat(universe.Pins.Select(Pin)));
        if (universe.DefaultRelease is { } release)
            Write("etc/apt/apt.conf.d/10default", $"APT::Default-Release \"{release}\";\n");
        WriteSources();
        for (var i = 0; i < universe.Archives.Count; i++)
            WriteArchive(universe.Archives[i], i);
        File.WriteAllText(
            Configuration,
            $$"""
            Dir "{{Root}}/";
            Dir::State::status "{{Root}}/var/lib/dpkg/status";
            Dir::Cache::pkgcache "";
            Dir::Cache::srcpkgcache "";
            APT::Architecture "{{universe.Architectures[0]}}";
            APT::Architectures { {{string.Join(' ', universe.Architectures.Select(a => $"\"{a}\";"))}} };
            Acquire::Languages "none";

            """
        );
    }

    public string Root => Path.Combine(_folder.Path, "root");

    /// <summary>
    /// The host as PatchTools sees it: this machine, with apt's configuration pointing into the universe.
    /// </summary>
    public HostContext Context =>
        new()
        {
            Paths = new HostPaths { StateDirectory = _folder.Path, DataDirectory = Path.Combine(_folder.Path, "data") },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["APT_CONFIG"] = Configuration },
            IsRoot = true,
        };

    /// <summary>Runs what PatchTools starts, with apt led into the universe.</summary>
    public IProcessRunner Runner => new LedRunner(Context, Configuration);

    private string Configuration => Path.Combine(_folder.Path, "apt.conf");

    /// <summary>One of apt's programs, led into this root.</summary>
    public RigRun Run(string program, params IEnumerable<string> arguments) =>
        RigProcess.Run("env", ["LC_ALL=C.UTF-8", $"APT_CONFIG={Configuration}", program, .. arguments]);

    public void Dispose() => _folder.Dispose();

    /// <summary>Address of an archive: a folder of its own for each, so that apt's answers name it.</summary>
    public static string Address(AptArchive archive, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"http://{archive.Site}/a{number}");

    private const string Dpkg =
        "Package: dpkg\nStatus: install ok installed\nEssential: yes\nPriority: required\nSection: "
        + "admin\nInstalled-Size: 10\nMaintainer: Nobody <nobody@example.org>\nArchitecture: amd64\nVersion: "
        + "1.21\nDescription: dpkg\n";

    private static string Installed(AptInstalled package) =>
        $"Package: {package.Name}\nStatus: {(package.IsHeld ? "hold" : "install")} ok installed\nPriority: "
        + $"optional\nSection: misc\nInstalled-Size: 10\nMaintainer: Nobody <nobody@example.org>\nArchitecture: "
        + $"{package.Architecture}\n"
        + (package.MultiArch is { } multi ? $"Multi-Arch: {multi}\n" : "")
        + $"Version: {package.Version}\n"
        + (package.Depends is { } depends ? $"Depends: {depends}\n" : "")
        + $"Description: {package.Name}\n";

    private static string Pin(AptPin pin) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Package: {pin.Packages}\nPin: {pin.Pin}\nPin-Priority: {pin.Priority}\n\n"
        );

    private static string Stanza(AptStanza stanza) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Package: {stanza.Name}\nVersion: {stanza.Version}\nArchitecture: "
                + $"{stanza.Architecture}\nMaintainer: Nobody <nobody@example.org>\nInstalled-Size: 10\n"
        )
        + (stanza.MultiArch is { } multi ? $"Multi-Arch: {multi}\n" : "")
        + (stanza.Depends is { } depends ? $"Depends: {depends}\n" : "")
        + string.Create(
            CultureInfo.InvariantCulture,
            $"Filename: "
                + $"pool/{stanza.Name}_{stanza.Version.Replace(':', '%')}_{stanza.Architecture}.deb\nSize: "
                + $"{stanza.Size}\nSHA256: {new string('0', 64)}\nSection: {stanza.Section}\nPriority: "
                + $"{stanza.Priority}\n"
        )
        + (
            stanza.Phased is { } percent
                ? string.Create(CultureInfo.InvariantCulture, $"Phased-Update-Percentage: {percent}\n")
                : ""
        )
        + $"Description: {stanza.Name}\n\n";

    private void WriteSources()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _universe.Archives.Count; i++)
        {
            var archive = _universe.Archives[i];
            var components = string.Join(
                ' ',
                archive.Indexes.Select(x => x.Component).Distinct(StringComparer.Ordinal)
            );
            var address = Address(archive, i);
            text.Append(
                _universe.IsDeb822
                    ? $"Types: deb\nURIs: {address}\nSuites: {archive.Codename}\nComponents: {components}\n\n"
                    : $"deb {address} {archive.Codename} {components}\n"
            );
        }

        Write(_universe.IsDeb822 ? "etc/apt/sources.list.d/all.sources" : "etc/apt/sources.list", text.ToString());
    }

    private void WriteArchive(AptArchive archive, int number)
    {
        var prefix = string.Create(
            CultureInfo.InvariantCulture,
            $"var/lib/apt/lists/{archive.Site}_a{number}_dists_{archive.Codename}_"
        );
        var release = new StringBuilder();
        release.Append(
            CultureInfo.InvariantCulture,
            $"Origin: {archive.Origin}\nLabel: {archive.Label}\nSuite: {archive.Suite}\nCodename: "
                + $"{archive.Codename}\nVersion: {archive.Version}\n"
        );
        var made = TimeProvider.System.GetUtcNow().AddDays(-2);
        release.Append(CultureInfo.InvariantCulture, $"Date: {made:R}\n");
        if (archive.IsStale)
            release.Append(CultureInfo.InvariantCulture, $"Valid-Until: {made.AddDays(1):R}\n");
        release.Append(
            CultureInfo.InvariantCulture,
            $"Architectures: {string.Join(' ', _universe.Architectures)}\nComponents: "
                + $"{string.Join(' ', archive.Indexes.Select(i => i.Component).Distinct(StringComparer.Ordinal))}\n"
        );
        if (archive.IsNotAutomatic)
            release.Append("NotAutomatic: yes\n");
        if (archive.IsButAutomaticUpgrades)
            release.Append("ButAutomaticUpgrades: yes\n");
        release.Append("SHA256:\n");
        for (var i = 0; i < archive.Indexes.Count; i++)
        {
            var index = archive.Indexes[i];
            var key = $"{index.Component}/binary-{index.Architecture}/Packages";
            var list = Encoding.UTF8.GetBytes(string.Concat(index.Stanzas.Select(Stanza)));
            release.Append(
                CultureInfo.InvariantCulture,
                $" {Convert.ToHexStringLower(SHA256.HashData(list))} {list.Length} {key}\n"
            );
            var path = Path.Combine(Root, prefix + key.Replace('/', '_'));
            File.WriteAllBytes(path, i == 0 ? Damaged(list, archive.Damage) : list);
        }

        Write(prefix + "Release", release.ToString());
        if (archive.IsTrusted)
            Write(prefix + "Release.gpg", "made up\n");
    }

    private static byte[] Damaged(byte[] list, string? damage) =>
        damage switch
        {
            null => list,
            "zeros" => new byte[list.Length + 1],
            "cut" => list[..(list.Length / 2)],
            "changed" =>
            [
                .. list[..(list.Length / 2)],
                (byte)(list[list.Length / 2] ^ 1),
                .. list[(list.Length / 2 + 1)..],
            ],
            _ => [.. list, .. "Package: pa\nVersion: 0.1\nArchitecture: amd64\nDescription: pa\n\n"u8],
        };

    private sealed class LedRunner(HostContext host, string configuration) : IProcessRunner
    {
        private readonly ProcessRunner _runner = new(host, SilentObserver.Instance);

        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken) =>
            _runner.RunAsync(
                command with
                {
                    Environment = new Dictionary<string, string>(command.Environment, StringComparer.Ordinal)
                    {
                        ["APT_CONFIG"] = configuration,
                    },
                },
                cancellationToken
            );
    }

    private void Write(string relative, string text)
    {
        var path = Path.Combine(Root, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
