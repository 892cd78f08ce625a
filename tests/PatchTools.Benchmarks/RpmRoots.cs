using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace PatchTools.Benchmarks;

/// <summary>
/// A root of the size of a Red Hat host on one synthetic repository: 20 000 offered packages of 10 000 names, 2 500
/// advisories, 800 installed packages (real ones, from rpmbuild); or a multiple of what is offered.
/// </summary>
internal static class RpmRoots
{
    private const int Packages = 20_000;
    private const int Advisories = 2_500;
    private const int Installed = 800;
    private static readonly string[] Words =
    [
        "lib",
        "perl",
        "python3",
        "gtk",
        "kmod",
        "glib",
        "rust",
        "golang",
        "node",
        "tool",
        "core",
        "data",
        "devel",
        "docs",
        "plugin",
        "server",
        "client",
        "utils",
    ];
    private static readonly string[] Severities = ["Critical", "Important", "Moderate", "Low"];
    private static readonly string[] Types = ["security", "bugfix", "enhancement"];

    /// <summary>Makes the repository and the root, and has the real dnf fetch the one into the other.</summary>
    /// <param name="folder">Gets <c>repo</c> and <c>root</c>.</param>
    /// <param name="installed">Folder of the installed packages' rpms, see <see cref="BuildInstalled"/>.</param>
    /// <param name="times">How many times the usual number of packages and advisories is offered.</param>
    public static string Make(string folder, string installed, int times)
    {
        var repository = WriteRepository(folder, times);
        var root = Path.Combine(folder, "root");
        Write(
            root,
            "etc/os-release",
            "ID=rhel\nVERSION_ID=\"9.4\"\nID_LIKE=fedora\nPLATFORM_ID=\"platform:el9\"\nNAME=\"Red Hat "
                + "Enterprise Linux\"\n"
        );
        Write(root, "etc/dnf/dnf.conf", "[main]\ngpgcheck=0\nplugins=0\n");
        Write(root, "etc/yum.repos.d/rig.repo", $"[rig]\nname=rig\nbaseurl=file://{repository}\n");
        MakeDatabase(root, installed);
        Run("dnf", ["--installroot", root, "-y", "-q", "--releasever=9", "makecache"]);
        return root;
    }

    /// <summary>
    /// The same repository and packages as a SUSE host, and the real zypper has fetched the one into the other.
    /// </summary>
    /// <inheritdoc cref="Make"/>
    public static string MakeSuse(string folder, string installed, int times)
    {
        var repository = WriteRepository(folder, times);
        var root = Path.Combine(folder, "root");
        Write(
            root,
            "etc/os-release",
            "ID=sles\nVERSION_ID=\"15.5\"\nID_LIKE=suse\nNAME=SLES\nPRETTY_NAME=\"SUSE Linux Enterprise "
                + "Server 15 SP5\"\n"
        );
        Write(
            root,
            "etc/products.d/baseproduct",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<product "
                + "schemeversion=\"0\"><vendor>SUSE</vendor><name>SLES</name><version>15.5</version><release>"
                + "0</release><arch>x86_64</arch></product>\n"
        );
        Write(root, "etc/zypp/repos.d/rig.repo", $"[rig]\nname=rig\nenabled=1\ngpgcheck=0\nbaseurl=dir:{repository}\n");
        MakeDatabase(root, installed);
        Run("zypper", ["--root", root, "--non-interactive", "refresh"]);
        return root;
    }

    private static string WriteRepository(string folder, int times)
    {
        var repository = Path.Combine(folder, "repo");
        Directory.CreateDirectory(Path.Combine(repository, "repodata"));
        using (var primary = Writer(Path.Combine(repository, "repodata/primary.xml.gz")))
            WritePrimary(primary, Packages * times);
        using (var updates = Writer(Path.Combine(repository, "repodata/updateinfo.xml.gz")))
            WriteUpdates(updates, Advisories * times, Packages * times);
        WriteContents(repository);
        return repository;
    }

    private static void MakeDatabase(string root, string installed)
    {
        var database = Directory.CreateDirectory(Path.Combine(root, "var/lib/rpm")).FullName;

        // Debian's rpm keeps its database below the home directory, also within a root.
        var home = Path.Combine(root, (Environment.GetEnvironmentVariable("HOME") ?? "/root").TrimStart('/'));
        Directory.CreateDirectory(home);
        File.CreateSymbolicLink(Path.Combine(home, ".rpmdb"), database);
        Run(
            "rpm",
            [
                "--dbpath",
                database,
                "--justdb",
                "--nodeps",
                "--force-debian",
                "--nosignature",
                "--noscripts",
                "--ignoreos",
                "--ignorearch",
                "-i",
                .. Directory.GetFiles(installed, "*.rpm"),
            ]
        );
    }

    /// <summary>
    /// The installed packages' rpms: the older version of every twelfth name, all out of one spec file.
    /// </summary>
    public static string BuildInstalled(string folder)
    {
        var spec = new StringBuilder(
            "Name: rig\nVersion: 1\nRelease: 1\nSummary: rig\nLicense: MIT\n%description\nrig\n"
        );
        for (var i = 0; i < Installed; i++)
        {
            var package = i * 24;
            spec.AppendLine(
                CultureInfo.InvariantCulture,
                $"%package -n {Name(package)}\nVersion: {Version(package)}\nRelease: "
                    + $"{Release(package)}\nSummary: synthetic\n%description -n {Name(package)}\nsynthetic\n%files "
                    + $"-n {Name(package)}"
            );
        }

        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "rig.spec");
        File.WriteAllText(file, spec.ToString());
        Run(
            "rpmbuild",
            [
                "-bb",
                "--quiet",
                "--nodeps",
                "--target",
                "x86_64",
                "--define",
                $"_topdir {folder}",
                "--define",
                $"_rpmdir {folder}/RPMS",
                "--define",
                "_binary_payload w2.gzdio",
                "--define",
                "vendor Rig",
                "--define",
                "dist %{nil}",
                "--define",
                "debug_package %{nil}",
                file,
            ]
        );
        return Path.Combine(folder, "RPMS/x86_64");
    }

    private static string Name(int package) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Words[package / 2 % 18]}-{Words[package / 36 % 18]}-{package / 2:00000}"
        );

    private static string Version(int package) =>
        string.Create(CultureInfo.InvariantCulture, $"1.{package / 2 % 40}.{package / 2 % 7}");

    private static string Release(int package) =>
        string.Create(CultureInfo.InvariantCulture, $"{(package % 2) + 1}.el9_{package / 2 % 4}");

    private static void WritePrimary(TextWriter xml, int packages)
    {
        xml.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{packages}\">"
            )
        );
        for (var i = 0; i < packages; i++)
        {
            var (name, version, release) = (Name(i), Version(i), Release(i));
            var checksum = Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i)));
            xml.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    <package type="rpm">
                      <name>{name}</name>
                      <arch>x86_64</arch>
                      <version epoch="0" ver="{version}" rel="{release}"/>
                      <checksum type="sha256" pkgid="YES">{checksum}</checksum>
                      <summary>Synthetic package number {i} with a summary of the usual length</summary>
                      <description>A description that goes on for a few lines, as those of real packages do: it says what
                    the package is for, which other packages it goes with, and what changed since the release before, so
                    that the list has about the weight that lists of real repositories have.</description>
                      <packager>Rig &lt;rig@example.org&gt;</packager>
                      <url>https://example.org/{name}</url>
                      <time file="1767225600" build="{1_760_000_000 + i}"/>
                      <size package="{20_000 + i}" installed="{60_000 + i}" archive="{61_000 + i}"/>
                    <location href="Packages/{name}-{version}-{release}.x86_64.rpm"/>
                      <format>
                        <rpm:license>GPLv2+ and MIT</rpm:license>
                        <rpm:vendor>Rig</rpm:vendor>
                        <rpm:group>Unspecified</rpm:group>
                        <rpm:buildhost>rig.example.org</rpm:buildhost>
                        <rpm:sourcerpm>{name}-{version}-{release}.src.rpm</rpm:sourcerpm>
                        <rpm:header-range start="4504" end="{12_000 + (i % 5000)}"/>
                        <rpm:provides>
                          <rpm:entry name="{name}" flags="EQ" epoch="0" ver="{version}" rel="{release}"/>
                          <rpm:entry name="{name}(x86-64)" flags="EQ" epoch="0" ver="{version}" rel="{release}"/>
                          <rpm:entry name="lib{name}.so.1()(64bit)"/>
                          <rpm:entry name="lib{name}.so.1(V1)(64bit)"/>
                        </rpm:provides>
                        <rpm:requires>
                    """
                )
            );
            for (var k = 0; k < 10; k++)
                xml.WriteLine($"      <rpm:entry name=\"lib{Name(((i * 7) + (k * 131)) % packages)}.so.1()(64bit)\"/>");
            xml.WriteLine(
                $"    </rpm:requires>\n    <file>/usr/bin/{name}</file>\n    <file>/etc/{name}.conf</file>\n  "
                    + $"</format>\n</package>"
            );
        }

        xml.WriteLine("</metadata>");
    }

    private static void WriteUpdates(TextWriter xml, int advisories, int packages)
    {
        xml.WriteLine("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>");
        for (var a = 0; a < advisories; a++)
        {
            xml.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    <update from="rig@example.org" status="final" type="{Types[a % 3]}" version="1">
                    <id>RIG-{a}</id><title>{Severities[a % 4]}: rig {a}</title><issued date="2026-01-{(a % 28)
                        + 1:00} 00:00:00"/><updated date="2026-02-{(a % 28) + 1:00} 00:00:00"/><severity>{Severities[
                        a % 4
                    ]}</severity>
                    <summary>An update for some packages is now available.</summary><description>{string.Concat(
                        Enumerable.Repeat("Security Fix(es): a text of some length, as vendors write. ", 12)
                    )}</description>
                    <references><reference href="https://example.org/RIG-{a}" id="RIG-{a}" type="self" title="RIG-{a}"/><reference href="https://example.org/c" id="CVE-2026-{10_000
                        + a}" type="cve" title="c"/><reference href="https://example.org/b" id="{2_000_000
                        + a}" type="bugzilla" title="b"/></references>
                    <pkglist><collection short="rig"><name>rig</name>
                    """
                )
            );
            for (var k = 0; k < 8; k++)
            {
                var i = ((a * 8) + k) % packages;
                xml.WriteLine(
                    $"<package name=\"{Name(i)}\" version=\"{Version(i)}\" release=\"{Release(i)}\" "
                        + $"epoch=\"0\" arch=\"x86_64\" src=\"x.src.rpm\"><filename>x.rpm</filename></package>"
                );
            }

            xml.WriteLine("</collection></pkglist></update>");
        }

        xml.WriteLine("</updates>");
    }

    private static void WriteContents(string repository)
    {
        var contents = new StringBuilder(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<repomd xmlns=\"http://linux.duke.edu/metadata/repo\"><revision>1767225600</revision>\n"
        );
        foreach (var type in new[] { "primary", "updateinfo" })
        {
            var file = Path.Combine(repository, $"repodata/{type}.xml.gz");
            var checksum = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
            using var plain = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            var size = 0L;
            var buffer = new byte[1 << 20];
            for (int read; (read = plain.Read(buffer)) > 0; )
                size += read;
            contents.AppendLine(
                CultureInfo.InvariantCulture,
                $"<data type=\"{type}\"><checksum type=\"sha256\">{checksum}</checksum><location "
                    + $"href=\"repodata/{type}.xml.gz\"/><timestamp>1767225600</timestamp><size>"
                    + $"{new FileInfo(file).Length}</size><open-size>{size}</open-size></data>"
            );
        }

        File.WriteAllText(Path.Combine(repository, "repodata/repomd.xml"), contents.Append("</repomd>\n").ToString());
    }

    private static StreamWriter Writer(string path) =>
        new(new GZipStream(File.Create(path), CompressionLevel.Optimal), new UTF8Encoding(false));

    private static void Write(string root, string file, string text)
    {
        var path = Path.Combine(root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static void Run(string command, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command} ended with {process.ExitCode}: {errors.Result}");
    }
}
