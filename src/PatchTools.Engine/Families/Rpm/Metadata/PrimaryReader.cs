using System.Buffers.Text;
using PatchTools.Errors;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>What the packages of a primary list are handed to. Spans live until the call returns.</summary>
internal interface IPrimarySink
{
    /// <summary>
    /// Whether it wants to know what packages provide; most readings do not, and provides are the larger part of a
    /// list.
    /// </summary>
    bool WantsProvides { get; }

    /// <summary>The package that comes next provides this name.</summary>
    void Provides(ReadOnlySpan<byte> name);

    /// <summary>The package that comes next replaces packages of this name.</summary>
    void Obsoletes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> flags, ReadOnlySpan<byte> edition);

    /// <summary>Who made the package that comes next. Only zypper's reading asks.</summary>
    void Vendor(ReadOnlySpan<byte> vendor) { }

    /// <summary>Whether it wants to know which packages are temporary fixes. Only zypper's reading asks.</summary>
    bool WantsTemporaryFixes => false;

    /// <summary>
    /// The package that comes next is a program temporary fix (PTF) of SUSE's, or belongs to one: it provides
    /// <c>ptf()</c> or <c>ptf-package()</c>.
    /// </summary>
    void TemporaryFix() { }

    /// <param name="name">Package name.</param>
    /// <param name="architecture">rpm architecture.</param>
    /// <param name="edition"><c>[epoch:]version-release</c>, without an epoch of 0.</param>
    /// <param name="buildTime">Seconds since 1970 UTC; 0 when the list does not say.</param>
    void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> architecture, ReadOnlySpan<byte> edition, long buildTime);
}

/// <summary>Reads <c>primary.xml</c>: every package of a repository.</summary>
internal static class PrimaryReader
{
    // createrepo_c 0.17.3:
    // <metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="48">
    // <package type="rpm">
    //   <name>r-epoch</name>
    //   <arch>x86_64</arch>
    //   <version epoch="1" ver="1.1" rel="1"/>
    //   <checksum type="sha256" pkgid="YES">0d8e…</checksum>
    //   <summary>synthetic r-epoch</summary>
    //   <time file="1767225600" build="1767225600"/>
    //   <location href="rpms/r-epoch-1.1-1.x86_64.rpm"/>
    //   <format>
    //     <rpm:vendor>SUSE LLC &lt;https://www.suse.com/&gt;</rpm:vendor>
    //     <rpm:provides>
    //       <rpm:entry name="r-epoch" flags="EQ" epoch="1" ver="1.1" rel="1"/>
    //     </rpm:provides>
    //     <rpm:obsoletes>
    //       <rpm:entry name="r-old" flags="LT" epoch="0" ver="2.0"/>
    //     </rpm:obsoletes>
    //   </format>
    // </package>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public static void Read(Stream stream, string path, IPrimarySink sink)
    {
        using var xml = new XmlScanner(stream, path);
        var isPrimary = false;
        while (xml.Read())
        {
            if (!xml.IsStart)
                continue;
            if (xml.Depth == 1)
                isPrimary = xml.Name.SequenceEqual("metadata"u8);
            else if (isPrimary && xml.Name.SequenceEqual("package"u8) && xml.Attribute("type"u8).SequenceEqual("rpm"u8))
                ReadPackage(xml, sink);
            else
                xml.Skip();
        }

        if (!isPrimary)
            throw xml.Malformed("it is not a list of packages");
    }

    private static void ReadPackage(XmlScanner xml, IPrimarySink sink)
    {
        var depth = xml.Depth;
        Span<byte> buffer = stackalloc byte[3 * TextBuffer.Capacity];
        var name = new TextBuffer(buffer[..TextBuffer.Capacity]);
        var architecture = new TextBuffer(buffer.Slice(TextBuffer.Capacity, TextBuffer.Capacity));
        var edition = new TextBuffer(buffer[(2 * TextBuffer.Capacity)..]);
        long built = 0;
        while (xml.Read() && (xml.IsStart || xml.Depth >= depth))
        {
            var tag = xml.Name;
            if (!xml.IsStart)
            {
                if (tag.SequenceEqual("name"u8))
                    name.Set(xml.Text);
                else if (tag.SequenceEqual("arch"u8))
                    architecture.Set(xml.Text);
            }
            else if (tag.SequenceEqual("version"u8))
            {
                edition.SetEdition(xml, "ver"u8, "rel"u8);
            }
            else if (tag.SequenceEqual("time"u8))
            {
                built = Utf8Parser.TryParse(xml.Attribute("build"u8), out long seconds, out _) ? seconds : 0;
            }
            else if (tag.SequenceEqual("format"u8))
            {
                ReadFormat(xml, sink);
            }
        }

        if (name.Length == 0 || architecture.Length == 0 || edition.Length == 0)
            throw xml.Malformed("a package has no name, architecture or version");
        sink.Add(name.Bytes, architecture.Bytes, edition.Bytes, built);
    }

    private static bool IsTemporaryFix(ReadOnlySpan<byte> provided) =>
        provided.SequenceEqual("ptf()"u8) || provided.SequenceEqual("ptf-package()"u8);

    private static void ReadFormat(XmlScanner xml, IPrimarySink sink)
    {
        var depth = xml.Depth;
        Span<byte> buffer = stackalloc byte[3 * TextBuffer.Capacity];
        var entry = new TextBuffer(buffer[..TextBuffer.Capacity]);
        var flags = new TextBuffer(buffer.Slice(TextBuffer.Capacity, TextBuffer.Capacity));
        var edition = new TextBuffer(buffer[(2 * TextBuffer.Capacity)..]);
        while (xml.Read() && (xml.IsStart || xml.Depth >= depth))
        {
            var isVendor = xml.Name.SequenceEqual("vendor"u8);
            if (!xml.IsStart)
            {
                if (isVendor)
                    sink.Vendor(xml.Text);
                continue;
            }

            if (isVendor)
                continue;
            var provides = (sink.WantsProvides || sink.WantsTemporaryFixes) && xml.Name.SequenceEqual("provides"u8);
            if (!provides && !xml.Name.SequenceEqual("obsoletes"u8))
            {
                xml.Skip();
                continue;
            }

            var inner = xml.Depth;
            while (xml.Read() && (xml.IsStart || xml.Depth >= inner))
            {
                if (!xml.IsStart || !xml.Name.SequenceEqual("entry"u8))
                    continue;
                if (provides)
                {
                    var provided = xml.Attribute("name"u8);
                    if (sink.WantsProvides)
                        sink.Provides(provided);
                    else if (provided.StartsWith("ptf"u8) && IsTemporaryFix(provided))
                        sink.TemporaryFix();
                    continue;
                }

                entry.Set(xml.Attribute("name"u8));
                flags.Set(xml.Attribute("flags"u8));
                edition.SetEdition(xml, "ver"u8, "rel"u8);
                sink.Obsoletes(entry.Bytes, flags.Bytes, edition.Bytes);
            }
        }
    }
}
