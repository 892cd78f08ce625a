using System.Text;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Shared;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// The metalink that dnf keeps beside the metadata which it fetched with it: it names the checksums of
/// <c>repomd.xml</c>, of the present one and of those before that mirrors may still have. dnf compares them when it
/// downloads, and fetches a new metalink whenever it fetches new metadata.
/// </summary>
internal static class Metalink
{
    // mirrors.fedoraproject.org:
    // <metalink version="3.0" xmlns="http://www.metalinker.org/" xmlns:mm0="http://fedorahosted.org/mirrormanager">
    //  <files>
    //   <file name="repomd.xml">
    //    <mm0:timestamp>1713993014</mm0:timestamp>
    //    <size>5105</size>
    //    <verification>
    //     <hash type="md5">…</hash>
    //     <hash type="sha256">…</hash>
    //    </verification>
    //    <mm0:alternates>
    //     <mm0:alternate> … <verification> <hash type="sha256">…</hash> …
    /// <summary>
    /// Checksums that <c>repomd.xml</c> may have; empty when the metalink names none that PatchTools can compute.
    /// </summary>
    /// <exception cref="Errors.PatchToolsException">
    /// <see cref="Errors.PatchErrors.RepositoryMetadataMalformed"/>.
    /// </exception>
    public static IReadOnlyList<ListChecksum> Checksums(Stream stream, string path)
    {
        using var xml = new XmlScanner(stream, path);
        List<ListChecksum> checksums = [];
        var isContents = false;
        var kind = "";
        while (xml.Read())
        {
            if (xml.IsStart && xml.Name.SequenceEqual("file"u8))
                isContents = xml.Attribute("name"u8).SequenceEqual("repomd.xml"u8);
            else if (xml.IsStart && xml.Name.SequenceEqual("hash"u8))
                kind = Encoding.UTF8.GetString(xml.Attribute("type"u8));
            else if (!xml.IsStart && isContents && xml.Name.SequenceEqual("hash"u8))
                checksums.Add(ListChecksum.Parse(kind, Encoding.UTF8.GetString(xml.Text.Trim(" \t\r\n"u8))));
        }

        checksums.RemoveAll(c => c.IsNone);
        return checksums;
    }
}
