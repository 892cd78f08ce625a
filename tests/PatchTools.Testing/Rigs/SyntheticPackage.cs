using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace PatchTools.Testing.Rigs;

/// <summary>
/// One version of a package that exists in tests only, and its .deb (deb(5)): built in memory, the same bytes every
/// time.
/// </summary>
public sealed record SyntheticPackage(string Name, string Version)
{
    /// <summary>2026-01-01T00:00:00Z: every file time in the packages.</summary>
    public static readonly DateTimeOffset FileTime = DateTimeOffset.FromUnixTimeSeconds(1767225600);

    public string Architecture { get; init; } = "amd64";

    public string? Section { get; init; } = "utils";

    public string? Priority { get; init; } = "optional";

    public string Maintainer { get; init; } = "Synthetic Archive <archive@example.org>";

    /// <summary>What the control file says, KiB; what is unpacked may be more.</summary>
    public int InstalledSize { get; init; } = 8;

    /// <summary>
    /// Further control fields in order: <c>Depends</c>, <c>Essential</c>, <c>Phased-Update-Percentage</c> …
    /// </summary>
    public IReadOnlyList<(string Name, string Value)> Fields { get; init; } = [];

    /// <summary>Maintainer scripts: preinst, postinst, prerm, postrm.</summary>
    public IReadOnlyDictionary<string, string> Scripts { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Content by absolute path, beside <c>/usr/share/synthetic/NAME-ARCH/version</c>, which every package has.
    /// </summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } =
        new Dictionary<string, byte[]>(StringComparer.Ordinal);

    public IReadOnlyList<string> Conffiles { get; init; } = [];

    /// <summary>Folder whose file <c>version</c> every package brings.</summary>
    public string OwnFolder { get; init; } = "";

    public string FileName => $"{Name}_{Version.Replace(":", "%3a", StringComparison.Ordinal)}_{Architecture}.deb";

    public SyntheticPackage With(string field, string value) =>
        this with
        {
            Fields = [.. Fields.Where(f => f.Name != field), (field, value)],
        };

    public SyntheticPackage WithScript(string name, string body) =>
        this with
        {
            Scripts = new Dictionary<string, string>(Scripts, StringComparer.Ordinal)
            {
                [name] = "#!/bin/sh\n" + body + "\n",
            },
        };

    public SyntheticPackage WithFile(string path, string content) =>
        this with
        {
            Files = new Dictionary<string, byte[]>(Files, StringComparer.Ordinal)
            {
                [path] = Encoding.UTF8.GetBytes(content),
            },
        };

    public SyntheticPackage WithConffile(string path, string content) =>
        WithFile(path, content) with
        {
            Conffiles = [.. Conffiles, path],
        };

    /// <summary>The control stanza (deb-control(5)), ending in a newline.</summary>
    /// <param name="status">Value of <c>Status</c> for dpkg's own database; null for a package file.</param>
    public string Control(string? status = null)
    {
        var text = new StringBuilder($"Package: {Name}\n");
        Append("Status", status);
        Append("Priority", Priority);
        Append("Section", Section);
        Append("Installed-Size", InstalledSize.ToString(CultureInfo.InvariantCulture));
        Append("Maintainer", Maintainer);
        Append("Architecture", Architecture);
        Append("Version", Version);
        foreach (var (name, value) in Fields)
            Append(name, value);
        Append("Description", $"synthetic package {Name}\n one line of text");
        return text.ToString();

        void Append(string name, string? value)
        {
            if (value is not null)
                text.Append(CultureInfo.InvariantCulture, $"{name}:{(value.StartsWith('\n') ? "" : " ")}{value}\n");
        }
    }

    /// <summary>The package file.</summary>
    public byte[] Build()
    {
        List<(string Path, byte[] Content, bool Executable)> control =
        [
            ("control", Encoding.UTF8.GetBytes(Control()), false),
        ];
        if (Conffiles.Count > 0)
            control.Add(("conffiles", Encoding.UTF8.GetBytes(string.Concat(Conffiles.Select(c => c + "\n"))), false));
        control.AddRange(Scripts.Select(s => (s.Key, Encoding.UTF8.GetBytes(s.Value), true)));
        var own = OwnFolder.Length > 0 ? OwnFolder : $"/usr/share/synthetic/{Name}-{Architecture}";
        List<(string Path, byte[] Content, bool Executable)> data =
        [
            ($"{own}/version", Encoding.UTF8.GetBytes(Version + "\n"), false),
        ];
        data.AddRange(Files.Select(f => (f.Key, f.Value, f.Key.Contains("/bin/", StringComparison.Ordinal))));
        using var archive = new MemoryStream();
        archive.Write("!<arch>\n"u8);
        Member("debian-binary", "2.0\n"u8);
        Member("control.tar.gz", Tar(control));
        Member("data.tar.gz", Tar(data));
        return archive.ToArray();

        void Member(string name, ReadOnlySpan<byte> content)
        {
            archive.Write(
                Encoding.ASCII.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name, -16}{FileTime.ToUnixTimeSeconds(), -12}{0, -6}{0, -6}{"100644", -8}"
                            + $"{content.Length, -10}`\n"
                    )
                )
            );
            archive.Write(content);
            if (content.Length % 2 == 1)
                archive.WriteByte((byte)'\n');
        }
    }

    private static byte[] Tar(IReadOnlyList<(string Path, byte[] Content, bool Executable)> files)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            HashSet<string> folders = new(StringComparer.Ordinal);
            Folder("./");
            foreach (var (path, content, executable) in files)
            {
                var parts = path.TrimStart('/').Split('/');
                for (var i = 1; i < parts.Length; i++)
                    Folder($"./{string.Join('/', parts[..i])}/");
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, "./" + path.TrimStart('/'))
                    {
                        DataStream = new MemoryStream(content),
                        Mode = (UnixFileMode)Convert.ToInt32(executable ? "755" : "644", 8),
                        ModificationTime = FileTime,
                    }
                );
            }

            void Folder(string path)
            {
                if (folders.Add(path))
                    tar.WriteEntry(
                        new UstarTarEntry(TarEntryType.Directory, path)
                        {
                            Mode = (UnixFileMode)Convert.ToInt32("755", 8),
                            ModificationTime = FileTime,
                        }
                    );
            }
        }

        return target.ToArray();
    }

    internal static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
