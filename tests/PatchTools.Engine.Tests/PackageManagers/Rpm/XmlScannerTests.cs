using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

public sealed class XmlScannerTests
{
    [Fact]
    public void Tags_attributes_and_text_come_in_the_order_of_the_document()
    {
        const string xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- <not a="tag"> -->
            <a:root xmlns:a="x"><one b='1 > 0' c = "&lt;&amp;&#x41;&#66;&quot;&apos;"/>before<!-- inside -->after<![CDATA[ <raw> & ]]>end<two></two></a:root>
            """;

        Assert.Equal(["+1 root x", "+2 one 1 > 0 <&AB\"'", "-1 one", "+2 two", "-1 two", "-0 root"], Walk(xml));
        using var scanner = Scanner("<a>x &lt; y<!-- c --> z<![CDATA[<&>]]></a>");
        Assert.True(scanner.Read() && scanner.Read());
        Assert.Equal("x < y z<&>", Encoding.UTF8.GetString(scanner.Text));
    }

    [Fact]
    public void What_is_longer_than_the_buffer_is_read_whole()
    {
        var text = new string('x', 600_000);
        using var scanner = Scanner($"<a><b c='{text}'>{text}</b><d/></a>");
        Assert.True(scanner.Read() && scanner.Read());
        Assert.Equal(text.Length, scanner.Attribute("c"u8).Length);
        Assert.True(scanner.Read());
        Assert.Equal(text.Length, scanner.Text.Length);
        Assert.True(scanner.Read());
        Assert.Equal("d", Encoding.UTF8.GetString(scanner.Name));
    }

    [Fact]
    public void A_skipped_element_ends_at_its_own_end_tag()
    {
        using var scanner = Scanner("<a><b><b/><c><b/></c></b><d/></a>");
        Assert.True(scanner.Read() && scanner.Read());
        scanner.Skip();
        Assert.False(scanner.IsStart);
        Assert.Equal(1, scanner.Depth);
        Assert.True(scanner.Read());
        Assert.Equal("d", Encoding.UTF8.GetString(scanner.Name));
        scanner.Skip();
        Assert.True(scanner.Read());
        Assert.Equal(0, scanner.Depth);
        Assert.False(scanner.Read());
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>", "declares a document type")]
    [InlineData(
        "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;\">]><lolz>&lol2;</lolz>",
        "declares a document type"
    )]
    [InlineData("<x>&unknown;</x>", "entity &unknown; is unknown")]
    [InlineData("<x>&#0;</x>", "is unknown")]
    [InlineData("<x>&#xD800;</x>", "is unknown")]
    [InlineData("<x>a & b</x>", "begins no entity")]
    [InlineData("<x><y></x></y>", "closes no element that is open")]
    [InlineData("</x>", "closes no element that is open")]
    [InlineData("<x><y>", "ends within an element")]
    [InlineData("<x", "ends within a tag")]
    [InlineData("<x a='", "ends within a tag")]
    [InlineData("<x><!-- ", "ends within a comment")]
    [InlineData("<x><![CDATA[ ", "ends within a CDATA section")]
    [InlineData("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><x/>", "written in 'ISO-8859-1'")]
    [InlineData("<x a=1/>", "has no quotes")]
    public void Damage_and_what_no_metadata_needs_end_in_a_typed_error(string xml, string says)
    {
        var error = Assert.Throws<PatchToolsException>(() => Walk(xml, read: true));
        Assert.Equal(PatchErrors.RepositoryMetadataMalformed, error.Error);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("fuzz.xml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("<x>", 100_000));
        Assert.Contains(
            "more than 64 deep",
            Assert.Throws<PatchToolsException>(() => Walk(deep)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_size_of_one_element_is_bounded()
    {
        using var endless = new Endless("<x a='"u8.ToArray());
        using var scanner = new XmlScanner(endless, "fuzz.xml");
        Assert.Contains(
            "MiB",
            Assert.Throws<PatchToolsException>(() => scanner.Read()).Message,
            StringComparison.Ordinal
        );
    }

    private static List<string> Walk(string xml, bool read = false)
    {
        using var scanner = Scanner(xml);
        List<string> tags = [];
        while (scanner.Read())
        {
            if (read)
                _ = scanner.Text.Length;
            var name = Encoding.UTF8.GetString(scanner.Name);
            if (scanner.IsStart)
                tags.Add(
                    (
                        $"+{scanner.Depth} {name} "
                        + $"{Value(scanner, "a")}{Value(scanner, "xmlns:a")}{Value(scanner, "b")} "
                        + $"{Value(scanner, "c")}"
                    ).TrimEnd()
                );
            else
                tags.Add($"-{scanner.Depth} {name}");
        }

        return tags;
    }

    private static string Value(XmlScanner scanner, string attribute) =>
        Encoding.UTF8.GetString(scanner.Attribute(Encoding.UTF8.GetBytes(attribute)));

    private static XmlScanner Scanner(string xml) => new(new MemoryStream(Encoding.UTF8.GetBytes(xml)), "fuzz.xml");

    /// <summary>The given bytes, then one letter without end.</summary>
    private sealed class Endless(byte[] head) : MemoryStream
    {
        private int _given;

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_given < head.Length)
            {
                var some = Math.Min(count, head.Length - _given);
                head.AsSpan(_given, some).CopyTo(buffer.AsSpan(offset));
                _given += some;
                return some;
            }

            buffer.AsSpan(offset, count).Fill((byte)'y');
            return count;
        }
    }
}
