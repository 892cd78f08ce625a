using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PatchTools.Adapters.Aws;
using PatchTools.Hosts;
using PatchTools.Operations;
using PatchTools.Ports;
using PatchTools.Testing;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>
/// A Debian host of two packages in a folder, one of them with an update on offer, whose metadata is fresh.
/// </summary>
internal sealed class SmallHost : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    /// <param name="instanceId">Of the agent's environment.</param>
    /// <param name="morePackages">Installed packages that no repository offers.</param>
    public SmallHost(string instanceId = Loopback.InstanceId, int morePackages = 0)
    {
        Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nNAME=\"Debian GNU/Linux\"\n");
        Write("etc/apt/sources.list", "deb [trusted=yes] http://security.debian.org bookworm-security main\n");
        Write("var/lib/dpkg/arch", "amd64\n");
        Write(
            "var/lib/dpkg/status",
            """
            Package: base-files
            Status: install ok installed
            Priority: required
            Section: admin
            Architecture: amd64
            Version: 12.4

            Package: libexample1
            Status: install ok installed
            Priority: important
            Section: libs
            Architecture: amd64
            Version: 1.0-1

            """
                + string.Concat(
                    Enumerable
                        .Range(0, morePackages)
                        .Select(i =>
                            $"\nPackage: local-{i}\nStatus: install ok installed\nPriority: "
                            + $"optional\nSection: misc\nArchitecture: amd64\nVersion: 1.{i}+deb12u1\n"
                        )
                )
        );
        const string list = """
            Package: libexample1
            Version: 1.0-2
            Priority: important
            Section: libs
            Architecture: amd64
            Filename: pool/main/libe/libexample1_1.0-2_amd64.deb
            Size: 1000

            """;
        var sum = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(list))).ToLowerInvariant();
        var size = list.Length.ToString(CultureInfo.InvariantCulture);
        Write(
            "var/lib/apt/lists/security.debian.org_dists_bookworm-security_Release",
            "Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nCodename: bookworm-security\n"
                + "Date: Sat, 14 Mar 2026 12:00:00 UTC\nArchitectures: amd64\nComponents: main\n"
                + $"SHA256:\n {sum} {size} main/binary-amd64/Packages\n"
        );
        Write("var/lib/apt/lists/security.debian.org_dists_bookworm-security_main_binary-amd64_Packages", list);
        Directory.CreateDirectory(_folder.File("root/var/lib/apt/lists/partial"));
        File.WriteAllText(_folder.File("proc/uptime"), "100000.00 0.00\n");
        Context = new HostContext
        {
            Paths = new HostPaths
            {
                Root = Path.Combine(_folder.Path, "root"),
                StateDirectory = Path.Combine(_folder.Path, "ssm"),
                DataDirectory = Path.Combine(_folder.Path, "data"),
                ProcDirectory = Path.Combine(_folder.Path, "proc"),
            },
            IsRoot = true,
            Environment = new Dictionary<string, string>
            {
                ["AWS_SSM_INSTANCE_ID"] = instanceId,
                ["AWS_SSM_REGION_NAME"] = "us-east-1",
            },
        };
    }

    public HostContext Context { get; }

    /// <summary>Reports that wait for the service.</summary>
    public IReadOnlyList<string> Unsent => Directory.Exists(SpoolDirectory) ? Directory.GetFiles(SpoolDirectory) : [];

    private string SpoolDirectory => Path.Combine(Context.Paths.DataDirectory, "spool");

    public PatchRun Run(IRunObserver? observer = null, CallPatience? patience = null) =>
        new(Context, new AdapterFactory(patience ?? Loopback.Patience), observer ?? SilentObserver.Instance);

    public void Dispose() => _folder.Dispose();

    private void Write(string path, string text) => File.WriteAllText(_folder.File(Path.Combine("root", path)), text);
}
