using System.Formats.Tar;
using System.IO.Compression;
using System.Xml.Linq;
using PatchTools.Testing.Conformance;
using SharpCompress.Compressors.Xz;

namespace PatchTools.Rigs.Tests.Conformance;

/// <summary>
/// The synthetic rpms of the recordings, built again as real packages from what the recorded repository says of them,
/// with its advisories and modules; and rpm's database of the host they were recorded on as it was.
/// </summary>
internal sealed class RecordedRpmUniverse : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public RecordedRpmUniverse(string name)
    {
        Rig.NeedsCommands("rpm", "rpmbuild", "createrepo_c", "modifyrepo_c");
        Directory.CreateDirectory(Repository);
        byte[] primary = [];
        foreach (var (path, content) in Read($"rpm-state-{name}.tar.xz"))
        {
            if (path.StartsWith("rpmdb/", StringComparison.Ordinal))
                File.WriteAllBytes(_folder.File($"host/{path}"), content);
            else if (path.EndsWith("/primary.xml.gz", StringComparison.Ordinal))
                primary = Plain(content);
            else if (path.EndsWith("-modules.yaml.gz", StringComparison.Ordinal))
                File.WriteAllBytes(_folder.File("modules.yaml"), Plain(content));
            else if (path == "updateinfo.xml")
                File.WriteAllBytes(_folder.File("updateinfo.xml"), content);
        }

        foreach (var package in Packages(primary))
            File.WriteAllBytes(Path.Combine(Repository, package.FileName), package.Build());
        RigProcess.Run("createrepo_c", "-q", "--no-database", Repository).Expect();
        foreach (var (file, type) in new[] { ("updateinfo.xml", "updateinfo"), ("modules.yaml", "modules") })
            RigProcess
                .Run(
                    "modifyrepo_c",
                    "--mdtype",
                    type,
                    "--compress-type",
                    "gz",
                    _folder.File(file),
                    Path.Combine(Repository, "repodata")
                )
                .Expect();
    }

    public string Repository => Path.Combine(_folder.Path, "repo");

    public string Database => Path.Combine(_folder.Path, "host", "rpmdb");

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<SyntheticRpm> Packages(byte[] primary)
    {
        XNamespace common = "http://linux.duke.edu/metadata/common";
        XNamespace rpm = "http://linux.duke.edu/metadata/rpm";
        using var stream = new MemoryStream(primary);
        foreach (var package in XDocument.Load(stream).Root!.Elements(common + "package"))
        {
            var version = package.Element(common + "version")!;
            var epoch = (string)version.Attribute("epoch")!;
            var requirements = package
                .Descendants(rpm + "requires")
                .Elements(rpm + "entry")
                .Where(e =>
                    e.Attribute("pre") is null
                    && !((string)e.Attribute("name")!).StartsWith("rpmlib(", StringComparison.Ordinal)
                );
            yield return new SyntheticRpm(
                (string)package.Element(common + "name")!,
                $"{(epoch == "0" ? "" : epoch + ":")}{(string)version.Attribute("ver")!}-"
                    + $"{(string)version.Attribute("rel")!}"
            )
            {
                Architecture = (string)package.Element(common + "arch")!,
                Tags =
                [
                    .. requirements.Select(e =>
                        $"Requires: {(string)e.Attribute("name")!}"
                        + ((string?)e.Attribute("flags") == "GE" ? $" >= {(string)e.Attribute("ver")!}" : "")
                    ),
                ],
            };
        }
    }

    private static byte[] Plain(byte[] compressed)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static IEnumerable<(string Path, byte[] Content)> Read(string archive)
    {
        using var compressed = File.OpenRead(Path.Combine(RecordedCase.Base, archive));
        using var plain = new MemoryStream();
        using (var xz = new XZStream(compressed))
            xz.CopyTo(plain);
        plain.Position = 0;
        using var tar = new TarReader(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                continue;
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            yield return (entry.Name, content.ToArray());
        }
    }
}
