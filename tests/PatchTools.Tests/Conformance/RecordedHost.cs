using System.Formats.Tar;
using System.Globalization;
using PatchTools.Testing;
using PatchTools.Testing.Conformance;
using SharpCompress.Compressors.Xz;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// A synthetic host of the recordings, laid out in a folder: package database with its file times, fetched metadata,
/// sources.
/// </summary>
internal sealed class RecordedHost : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public RecordedHost(RecordedCase recorded, DateTimeOffset now)
    {
        File.WriteAllText(
            _folder.File("proc/uptime"),
            string.Create(CultureInfo.InvariantCulture, $"{(now - recorded.Boot).TotalSeconds:F2} 0.00\n")
        );
        if (recorded.PriorStates is { } prior)
            File.WriteAllBytes(_folder.File("ssm/patch-configuration/patch-states-configuration.json"), prior);
        if (recorded.IsSuse)
            LayOutSuse(recorded, now);
        else if (recorded.IsRpm)
            LayOutRpm(recorded, now);
        else
            LayOutDebian(recorded, now);
    }

    public string Root => Path.Combine(_folder.Path, "root");

    public string StateDirectory => Path.Combine(_folder.Path, "ssm");

    public string DataDirectory => Path.Combine(_folder.Path, "data");

    public string ProcDirectory => Path.Combine(_folder.Path, "proc");

    public void Dispose() => _folder.Dispose();

    private void LayOutDebian(RecordedCase recorded, DateTimeOffset now)
    {
        Extract(
            "apt-state-base.tar.xz",
            path =>
                path.StartsWith("dpkg/extended_states", StringComparison.Ordinal) ? "var/lib/apt/extended_states"
                : path.StartsWith("dpkg/", StringComparison.Ordinal) ? $"var/lib/{path}"
                : path == "sources.list" ? "etc/apt/sources.list"
                : null
        );
        Extract("lists-base.tar.xz", path => $"var/lib/apt/{path}");
        if (recorded.SourcesAfter is { } sources)
        {
            // What apt fetched from that repository over HTTP: the same files under its address.
            File.WriteAllBytes(_folder.File("root/etc/apt/sources.list"), sources);
            Extract(
                "apt-state-base.tar.xz",
                path =>
                    path.StartsWith("repo/dists/bookworm-updates/", StringComparison.Ordinal)
                        ? $"var/lib/apt/lists/security.debian.org:18080_files_{path.Replace('/', '_')}"
                        : null
            );
        }

        File.WriteAllText(
            _folder.File("root/etc/os-release"),
            "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nNAME=\"Debian "
                + "GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
        );

        // What `apt-get update` leaves when it has asked every repository.
        Directory.CreateDirectory(Path.Combine(Root, "var/lib/apt/lists/partial"));
        Directory.SetLastWriteTimeUtc(Path.Combine(Root, "var/lib/apt/lists/partial"), now.UtcDateTime);
        Directory.SetLastWriteTimeUtc(Path.Combine(Root, "var/lib/apt/lists"), now.UtcDateTime);
    }

    private void LayOutRpm(RecordedCase recorded, DateTimeOffset now)
    {
        File.WriteAllText(_folder.File("root/etc/os-release"), recorded.OsRelease);
        File.WriteAllText(
            _folder.File("root/etc/yum.repos.d/fake.repo"),
            "[fake]\nname=fake\nbaseurl=file:///srv/x/repo\nenabled=1\ngpgcheck=0\n"
        );
        if (recorded.Name != "dnf-no-modules-scan")
            File.WriteAllText(
                _folder.File("root/etc/dnf/modules.d/rmodon.module"),
                "[rmodon]\nname=rmodon\nstream=1\nprofiles=\nstate=enabled\n"
            );
        Extract(
            "rpm-state-base.tar.xz",
            path => path.StartsWith("rpmdb/", StringComparison.Ordinal) ? $"var/lib/rpm/{path[6..]}" : null
        );

        // What `dnf makecache` leaves of the host's repository, and of the one that the baseline of the custom sources
        // brings.
        foreach (var cache in new[] { "fake-a07c7e91f9545fcd", "custom-bb7e7ab0426fb181" })
        {
            Extract(
                "rpm-state-base.tar.xz",
                path =>
                    path.StartsWith("repo/repodata/", StringComparison.Ordinal)
                        ? $"var/cache/dnf/{cache}/{path[5..]}"
                        : null
            );
            File.SetLastWriteTimeUtc(
                Path.Combine(Root, "var/cache/dnf", cache, "repodata/primary.xml.gz"),
                now.UtcDateTime
            );
        }
    }

    private void LayOutSuse(RecordedCase recorded, DateTimeOffset now)
    {
        File.WriteAllText(_folder.File("root/etc/os-release"), recorded.OsRelease);
        File.WriteAllText(
            _folder.File("root/etc/zypp/repos.d/fake.repo"),
            "[fake]\nname=fake\nenabled=1\nautorefresh=1\nbaseurl=dir:///srv/x/repo\ntype=rpm-md\ngpgcheck=0\nrepo_gpgcheck=0\npkg_gpgcheck=0\n"
        );
        Extract(
            "rpm-state-base.tar.xz",
            path => path.StartsWith("rpmdb/", StringComparison.Ordinal) ? $"var/lib/rpm/{path[6..]}" : null
        );

        // What `zypper refresh` leaves.
        Extract(
            "rpm-state-base.tar.xz",
            path =>
                path.StartsWith("repo/repodata/", StringComparison.Ordinal)
                    ? $"var/cache/zypp/raw/fake/{path[5..]}"
                    : null
        );
        File.SetLastWriteTimeUtc(Path.Combine(Root, "var/cache/zypp/raw/fake/repodata/repomd.xml"), now.UtcDateTime);
        Directory.SetLastWriteTimeUtc(Path.Combine(Root, "var/cache/zypp/raw/fake"), now.UtcDateTime);
    }

    private void Extract(string archive, Func<string, string?> place)
    {
        using var compressed = File.OpenRead(Path.Combine(RecordedCase.Base, archive));
        using var plain = new MemoryStream();
        using (var xz = new XZStream(compressed))
            xz.CopyTo(plain);
        plain.Position = 0;
        using var tar = new TarReader(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            if (
                entry.DataStream is null
                    && entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                || place(entry.Name) is not { } relative
            )
                continue;
            var path = _folder.File(Path.Combine("root", relative));
            entry.ExtractToFile(path, overwrite: true);
            File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
        }
    }
}
