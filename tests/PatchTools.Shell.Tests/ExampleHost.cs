using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PatchTools.Hosts;

namespace PatchTools.Tests;

/// <summary>
/// The host of the help's examples: web-1, a Debian 12 in a folder, some updates behind, with nothing of the machine
/// that runs the tests. Never root, so that no example can install anything.
/// </summary>
internal sealed class ExampleHost : IDisposable
{
    /// <summary>Name; section; priority; installed; offered by the archive; offered by the security archive.</summary>
    private static readonly string[] _packages =
    [
        "base-files; admin; required; 12.4+deb12u9; 12.4+deb12u10;",
        "bash; shells; required; 5.2.15-2+b7; 5.2.15-2+b7;",
        "curl; web; optional; 7.88.1-10+deb12u8; 7.88.1-10+deb12u8; 7.88.1-10+deb12u12",
        "jq; utils; optional;; 1.6-2.1; 1.6-2.1+deb12u1",
        "libcurl4; libs; optional; 7.88.1-10+deb12u8; 7.88.1-10+deb12u8; 7.88.1-10+deb12u12",
        "libssl3; libs; optional; 3.0.14-1~deb12u2; 3.0.15-1~deb12u1; 3.0.16-1~deb12u1",
        "linux-image-6.1.0-31-amd64; kernel; optional; 6.1.128-1; 6.1.128-1;",
        "linux-image-6.1.0-34-amd64; kernel; optional; 6.1.135-1;; 6.1.135-1",
        "nginx; httpd; optional; 1.22.1-9; 1.22.1-9;",
        "openssh-server; net; optional; 1:9.2p1-2+deb12u3; 1:9.2p1-2+deb12u3; 1:9.2p1-2+deb12u5",
        "openssl; utils; optional; 3.0.14-1~deb12u2; 3.0.15-1~deb12u1; 3.0.16-1~deb12u1",
        "perl-base; perl; required; 5.36.0-7+deb12u1; 5.36.0-7+deb12u1; 5.36.0-7+deb12u2",
        "sudo; admin; optional; 1.9.13p3-1+deb12u1; 1.9.13p3-1+deb12u1;",
        "telnetd; net; optional; 0.17+2.4-2+deb12u1; 0.17+2.4-2+deb12u1;",
        "tzdata; localization; required; 2024b-0+deb12u1; 2025b-0+deb12u1;",
        "vim-tiny; editors; important; 2:9.0.1378-2; 2:9.0.1378-2;",
    ];

    private readonly TemporaryDirectory _folder = new();
    private readonly SetClock _clock = new();

    public ExampleHost()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(
            _folder.File("root/etc/os-release"),
            "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nNAME=\"Debian "
                + "GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
        );
        File.WriteAllText(_folder.File("root/etc/hostname"), "web-1\n");
        File.WriteAllText(
            _folder.File("root/etc/apt/sources.list"),
            "deb [trusted=yes] http://deb.debian.org/debian bookworm main\ndeb [trusted=yes] http://security.debian.org/debian-security bookworm-security main\n"
        );
        File.WriteAllText(_folder.File("root/var/lib/dpkg/arch"), "amd64\n");
        File.WriteAllText(_folder.File("root/var/lib/dpkg/status"), string.Join('\n', _packages.Select(Installed)));
        List("deb.debian.org_debian_dists_bookworm", "stable", 4);
        List("security.debian.org_debian-security_dists_bookworm-security", "stable-security", 5);
        File.WriteAllText(_folder.File("proc/uptime"), "1728000.00 0.00\n");
        File.WriteAllText(_folder.File("proc/sys/kernel/hostname"), "web-1\n");
        File.WriteAllText(_folder.File("proc/sys/kernel/osrelease"), "6.1.0-31-amd64\n");
        foreach (var kernel in new[] { "6.1.0-31-amd64", "6.1.0-34-amd64" })
            File.WriteAllText(_folder.File($"root/boot/vmlinuz-{kernel}"), "");
        File.WriteAllText(_folder.File("root/run/reboot-required"), "*** System restart required ***\n");
        File.WriteAllText(_folder.File("root/run/reboot-required.pkgs"), "linux-image-6.1.0-34-amd64\n");
        Copy(
            Path.Combine(StagedModule.RepositoryRoot, "tests", "Pester", "Fixtures", "debian"),
            Path.Combine(Folder, "image")
        );
        File.WriteAllText(
            Path.Combine(Folder, "baseline.json"),
            File.ReadAllText(Path.Combine(StagedModule.RepositoryRoot, "tests", "Pester", "Fixtures", "baseline.json"))
                .Replace("\"Pester\"", "\"web-servers\"", StringComparison.Ordinal)
        );
        File.WriteAllText(
            Path.Combine(Folder, "PatchTools-0.1.0.tar.gz.sha256"),
            $"{Convert.ToHexStringLower(SHA256.HashData(Bundle()))}  PatchTools-0.1.0.tar.gz\n"
        );
        Touch(_folder.Path);
    }

    /// <summary>Where the examples run; shown as <c>/srv</c>.</summary>
    public string Folder => Path.Combine(_folder.Path, "srv");

    /// <summary>The time of the host.</summary>
    public DateTimeOffset Now
    {
        get => _clock.Now;
        set => _clock.Now = value;
    }

    public HostContext Context =>
        new()
        {
            Paths = new HostPaths
            {
                Root = Path.Combine(_folder.Path, "root"),
                StateDirectory = Path.Combine(_folder.Path, "srv", "state"),
                DataDirectory = Path.Combine(_folder.Path, "srv", "state", "patchtools-data"),
                ProcDirectory = Path.Combine(_folder.Path, "proc"),
            },
            Clock = _clock,
            IsRoot = false,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["AWS_SSM_INSTANCE_ID"] = "i-0123456789abcdef0",
                ["AWS_SSM_REGION_NAME"] = "us-east-1",
                ["SSM_COMMAND_ID"] = "99999999-8888-4777-8666-555555555555",
            },
        };

    public void Dispose() => _folder.Dispose();

    /// <summary>A module's bundle as the build makes it, with next to nothing in it.</summary>
    public static byte[] Bundle()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            foreach (
                var (name, text) in new[]
                {
                    (
                        "PatchTools/PatchTools.psd1",
                        "@{\n    RootModule = 'bin/PatchTools.dll'\n    ModuleVersion = '0.1.0'\n}\n"
                    ),
                    ("PatchTools/bin/PatchTools.dll", "not really"),
                }
            )
                tar.WriteEntry(
                    new PaxTarEntry(TarEntryType.RegularFile, name)
                    {
                        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                        ModificationTime = Samples.Noon,
                    }
                );
        }

        return packed.ToArray();
    }

    private static string Installed(string package)
    {
        var parts = Parts(package);
        return parts[3].Length == 0
            ? ""
            : $"Package: {parts[0]}\nStatus: install ok installed\nPriority: {parts[2]}\nSection: "
                + $"{parts[1]}\nArchitecture: amd64\nVersion: {parts[3]}\nDescription: {parts[0]}\n";
    }

    private static string[] Parts(string package) => [.. package.Split(';').Select(part => part.Trim())];

    private void List(string name, string suite, int column)
    {
        var text = new StringBuilder();
        foreach (var parts in _packages.Select(Parts).Where(parts => parts[column].Length > 0))
            text.Append(
                CultureInfo.InvariantCulture,
                $"Package: {parts[0]}\nVersion: {parts[column]}\nPriority: {parts[2]}\nSection: "
                    + $"{parts[1]}\nArchitecture: amd64\nFilename: pool/main/{parts[0]}.deb\nSize: "
                    + $"1000\nDescription: {parts[0]}\n\n"
            );
        var list = Encoding.UTF8.GetBytes(text.ToString());
        var sum = Convert.ToHexString(SHA256.HashData(list)).ToLowerInvariant();
        Write($"{name}_main_binary-amd64_Packages", list);
        var size = list.Length.ToString(CultureInfo.InvariantCulture);
        Write(
            $"{name}_Release",
            Encoding.UTF8.GetBytes(
                $"Origin: Debian\nLabel: Debian{(column == 5 ? "-Security" : "")}\nSuite: {suite}\nCodename: bookworm\n"
                    + "Date: Sat, 14 Mar 2026 09:00:00 UTC\nArchitectures: amd64\nComponents: main\n"
                    + $"SHA256:\n {sum} {size} main/binary-amd64/Packages\n"
            )
        );
    }

    private void Write(string name, byte[] content) =>
        File.WriteAllBytes(_folder.File($"root/var/lib/apt/lists/{name}"), content);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>As if everything had been refreshed two hours before.</summary>
    private static void Touch(string folder)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(entry, Samples.Noon.AddHours(-2).UtcDateTime);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Samples.Noon;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
