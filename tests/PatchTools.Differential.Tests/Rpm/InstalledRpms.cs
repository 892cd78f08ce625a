using System.Globalization;
using System.Text;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>
/// Every package that a universe may have installed, built once by rpmbuild for the whole run. One spec file makes all
/// names of one edition as its subpackages.
/// </summary>
internal static class InstalledRpms
{
    /// <summary>Owns os-release on every host; its vendor is the operating system's.</summary>
    public static RpmPackage Release { get; } = new("rig-release", "noarch", "9.4-1");

    private static readonly Lazy<string> Folder = new(Build, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Fills the rpm database below a root.</summary>
    public static void Install(string root, IEnumerable<RpmPackage> packages) =>
        RigProcess
            .Run(
                "rpm",
                [
                    "--dbpath",
                    Path.Combine(root, "var/lib/rpm"),
                    "--justdb",
                    "--nodeps",
                    "--force-debian",
                    "--nosignature",
                    "--noscripts",
                    "--ignoreos",
                    "--ignorearch",
                    "--force",
                    "-i",
                    .. packages.Prepend(Release).Select(p => Path.Combine(Folder.Value, p.Architecture, p.FileName)),
                ]
            )
            .Expect();

    private static string Build()
    {
        Rig.NeedsCommands("rpm", "rpmbuild");
        var top = Directory.CreateTempSubdirectory("patchtools-rpms-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(top, recursive: true);
        var number = 0;
        foreach (var edition in RpmGenerator.InstalledEditions)
        {
            foreach (var architecture in new[] { "x86_64", "noarch" })
            {
                IEnumerable<RpmPackage> packages = RpmGenerator.Names.Select(n => new RpmPackage(
                    n,
                    architecture,
                    edition
                ));
                if (number == 0)
                    packages = packages.Append(Release);
                Build(
                    Path.Combine(top, string.Create(CultureInfo.InvariantCulture, $"build{number++}")),
                    top,
                    packages
                );
            }
        }

        return Path.Combine(top, "RPMS");
    }

    private static void Build(string folder, string top, IEnumerable<RpmPackage> packages)
    {
        Directory.CreateDirectory(folder);
        var spec = new StringBuilder("Name: rig\nVersion: 1\nRelease: 1\nSummary: x\nLicense: MIT\n%description\nx\n");
        foreach (var package in packages)
        {
            var (epoch, version, release) = package.Parts;
            spec.Append(
                CultureInfo.InvariantCulture,
                $"%package -n {package.Name}\nEpoch: {epoch}\nVersion: {version}\nRelease: "
                    + $"{release}\nSummary: x\nVendor: Rig\n"
            );
            if (package.Architecture == "noarch")
                spec.Append("BuildArch: noarch\n");
            if (package == Release)
                spec.Append("Provides: system-release = 9.4-1\nProvides: system-release(releasever) = 9\n");
            spec.Append(
                CultureInfo.InvariantCulture,
                $"%description -n {package.Name}\nx\n%files -n "
                    + $"{package.Name}\n{(package == Release ? "%ghost /etc/os-release\n" : "")}"
            );
        }

        var file = Path.Combine(folder, "rig.spec");
        File.WriteAllText(file, spec.ToString());
        RigProcess
            .Run(
                "rpmbuild",
                "-bb",
                "--quiet",
                "--nodeps",
                "--target",
                "x86_64",
                "--define",
                $"_topdir {folder}",
                "--define",
                $"_rpmdir {top}/RPMS",
                "--define",
                "_buildhost rig",
                "--define",
                "_binary_payload w2.gzdio",
                "--define",
                "dist %{nil}",
                "--define",
                "__os_install_post %{nil}",
                "--define",
                "debug_package %{nil}",
                "--define",
                "_build_id_links none",
                file
            )
            .Expect();
    }
}
