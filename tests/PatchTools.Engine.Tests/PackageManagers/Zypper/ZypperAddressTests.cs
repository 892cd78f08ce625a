using PatchTools.Families.Zypper.Reading;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>Addresses of an image that libzypp would take for an order about this host.</summary>
public sealed class ZypperAddressTests
{
    [Theory]
    [InlineData("https://repo.example/x86_64/")]
    [InlineData("https://repo.example/?credentials=SCCcredentials")]
    [InlineData("https://repo.example/?token&proxy=p.example")]
    [InlineData("https://repo.example/$releasever/${basearch}/")]
    public void What_names_nothing_of_this_host_is_handed_on(string address) =>
        Assert.Null(ZypperAddress.RefusalOf(address));

    [Theory]
    [InlineData("https://repo.example/?credentials=/etc/zypp/credentials.d/SCCcredentials", "(credentials)")]
    [InlineData("https://repo.example/?credentials=..%2Fshadow", "(credentials)")]
    [InlineData("https://repo.example/?Credentials=a%0a", "(Credentials)")]
    [InlineData("https://repo.example/?x=1&SSL_clientkey=key", "(SSL_clientkey)")]
    [InlineData("https://repo.example/#ssl%5fcapath=/etc", "(ssl_capath)")]
    [InlineData("iso:/;iso=/etc/shadow", "(iso)")]
    [InlineData("hd:/?device", "(device)")]
    [InlineData("https://repo.example/?x=$arch", "a variable in the query")]
    [InlineData("https://repo.example/${x:-?ssl_clientkey=/k}", "a text for the case that it is not set")]
    [InlineData("https://repo.example/${x:+y}", "a text for the case that it is not set")]
    public void What_names_a_file_of_this_host_is_refused(string address, string because) =>
        Assert.Contains(because, ZypperAddress.RefusalOf(address), StringComparison.Ordinal);

    [Theory]
    [InlineData("15.5", true)]
    [InlineData("a-b/c:d@e,f\n", true)]
    [InlineData("x?y", false)]
    [InlineData("x;y", false)]
    [InlineData("$x", false)]
    [InlineData("x\ny", false)]
    public void A_value_of_a_variable_brings_no_query(string value, bool isPlain) =>
        Assert.Equal(isPlain, ZypperAddress.IsPlainValue(value));
}
