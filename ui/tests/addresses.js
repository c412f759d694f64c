/** What people type as the address of their website, and whether it is one. */
export const ADDRESSES = {
  'not an address': false,
  wildflower: false,
  'https://': false,
  'https://.example': false,
  'ftp://wildflower.example': false,
  'javascript:alert(1)': false,
  'www.wildflower.example': true,
  'HTTPS://wildflower.example/shop': true,
  'http://127.0.0.1:8080': true,
  'http://[::1]:8080': true,
  'https://blüten.example': true,
};
