using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.Payloads;

/// <summary>Bundles, good ones and others, made entry by entry.</summary>
internal static class Bundles
{
    public const string Version = "1.2.3";

    /// <summary>What a bundle cannot do without, and an executable file in a folder.</summary>
    public static TarEntry[] Module(string version = Version) =>
        [
            Directory("PatchTools/"),
            File(
                "PatchTools/PatchTools.psd1",
                $"@{{\n    RootModule = 'bin/PatchTools.dll'\n    ModuleVersion = '{version}'\n}}\n"
            ),
            File("PatchTools/bin/PatchTools.dll", "not really"),
            File(
                "PatchTools/bin/adapters/tool",
                "#!/bin/sh\n",
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite
            ),
        ];

    public static TarEntry File(
        string name,
        string text,
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite
    ) =>
        new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
            Mode = mode,
        };

    public static TarEntry Directory(string name) => new PaxTarEntry(TarEntryType.Directory, name);

    public static TarEntry Link(TarEntryType type, string name, string target) =>
        new PaxTarEntry(type, name) { LinkName = target };

    public static byte[] Pack(params IEnumerable<TarEntry> entries)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
        }

        return packed.ToArray();
    }
}
