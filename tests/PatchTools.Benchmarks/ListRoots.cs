using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using K4os.Compression.LZ4;
using K4os.Compression.LZ4.Streams;
using PatchTools.Adapters.Compression;
using PatchTools.Ports;

namespace PatchTools.Benchmarks;

/// <summary>
/// Copies of a host's package state in one form of lists, with the packages offered once or several times under other
/// names.
/// </summary>
internal static class ListRoots
{
    public enum Form
    {
        Plain,
        Lz4,
    }

    public static string Copy(string root, string target, Form form, int times)
    {
        foreach (
            var file in new[]
            {
                "var/lib/dpkg/status",
                "var/lib/dpkg/arch",
                "var/lib/apt/extended_states",
                "etc/os-release",
            }
        )
            CopyFile(root, target, file);
        foreach (
            var folder in new[]
            {
                "etc/apt/sources.list.d",
                "etc/apt/preferences.d",
                "usr/share/keyrings",
                "var/lib/dpkg/info",
            }
        )
        {
            if (!Directory.Exists(Path.Combine(root, folder)))
                continue;
            foreach (
                var file in Directory
                    .GetFiles(Path.Combine(root, folder))
                    .Where(f => folder != "var/lib/dpkg/info" || f.EndsWith(".list", StringComparison.Ordinal))
            )
                CopyFile(root, target, Path.GetRelativePath(root, file));
        }

        CopyFile(root, target, "etc/apt/sources.list");
        CopyFile(root, target, "etc/apt/preferences");
        Directory.CreateDirectory(Path.Combine(target, "etc/apt/apt.conf.d"));
        var lists = Directory.CreateDirectory(Path.Combine(target, "var/lib/apt/lists")).FullName;
        Directory.CreateDirectory(Path.Combine(lists, "partial"));
        Directory.CreateDirectory(Path.Combine(target, "var/cache/apt/archives/partial"));
        List<(string List, byte[] Text)> rewritten = [];
        foreach (var file in Directory.GetFiles(Path.Combine(root, "var/lib/apt/lists")))
        {
            var name = Path.GetFileName(file);
            if (
                name.EndsWith("Release", StringComparison.Ordinal)
                || name.EndsWith("Release.gpg", StringComparison.Ordinal)
            )
                File.Copy(file, Path.Combine(lists, name));
            else if (name.Contains("_Packages", StringComparison.Ordinal))
                rewritten.Add(
                    Rewrite(
                        file,
                        Path.Combine(lists, name[..(name.IndexOf("_Packages", StringComparison.Ordinal) + 9)]),
                        form,
                        times
                    )
                );
        }

        foreach (var (list, text) in rewritten)
            Promise(list, text);
        return target;
    }

    /// <summary>A list that does not have the size and checksum of its Release file counts as damaged.</summary>
    private static void Promise(string list, byte[] text)
    {
        foreach (var release in Directory.GetFiles(Path.GetDirectoryName(list)!, "*Release"))
        {
            var prefix = release[..(release.LastIndexOf('_') + 1)];
            if (!list.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var named = Regex.Escape(list[prefix.Length..].Replace('_', '/'));
            var promise = string.Create(
                CultureInfo.InvariantCulture,
                $" {Convert.ToHexStringLower(SHA256.HashData(text))} {text.Length} $1"
            );
            File.WriteAllText(
                release,
                Regex.Replace(
                    File.ReadAllText(release),
                    $@"^ [0-9a-f]{{64}} +\d+ ({named})$",
                    promise,
                    RegexOptions.Multiline
                )
            );
        }
    }

    private static (string List, byte[] Text) Rewrite(string source, string target, Form form, int times)
    {
        using var plain = Open(source);
        using var buffer = new MemoryStream();
        plain.CopyTo(buffer);
        var bytes = buffer.ToArray();
        using var file = File.Create(form == Form.Plain ? target : target + ".lz4");
        using Stream output = form == Form.Plain ? file : LZ4Stream.Encode(file, LZ4Level.L00_FAST);
        for (var copy = 1; copy < times; copy++)
            buffer.Write(Renamed(bytes, copy));
        var text = buffer.ToArray();
        output.Write(text);
        return (target, text);
    }

    /// <summary>The same stanzas under other package names, so that the copies are packages of their own.</summary>
    private static byte[] Renamed(byte[] bytes, int copy)
    {
        var key = "Package: "u8;
        var suffix = Encoding.ASCII.GetBytes($"copy{copy}-");
        using var result = new MemoryStream(bytes.Length + (bytes.Length / 16));
        var rest = bytes.AsSpan();
        while (!rest.IsEmpty)
        {
            var line = rest.IndexOf((byte)'\n') is var end and >= 0 ? rest[..(end + 1)] : rest;
            if (line.StartsWith(key))
            {
                result.Write(key);
                result.Write(suffix);
                result.Write(line[key.Length..]);
            }
            else
            {
                result.Write(line);
            }

            rest = rest[line.Length..];
        }

        return result.ToArray();
    }

    private static Stream Open(string path) =>
        Path.GetExtension(path) switch
        {
            ".lz4" => new Decompressor().Open(CompressionFormat.Lz4, File.OpenRead(path)),
            ".xz" => new Decompressor().Open(CompressionFormat.Xz, File.OpenRead(path)),
            ".zst" => new Decompressor().Open(CompressionFormat.Zstd, File.OpenRead(path)),
            ".gz" => new System.IO.Compression.GZipStream(
                File.OpenRead(path),
                System.IO.Compression.CompressionMode.Decompress
            ),
            _ => File.OpenRead(path),
        };

    private static void CopyFile(string root, string target, string relative)
    {
        var source = Path.Combine(root, relative);
        if (!File.Exists(source))
            return;
        var copy = Path.Combine(target, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(source, copy);
    }
}

/// <summary>A folder of one benchmark run.</summary>
internal sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("patchtools-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
